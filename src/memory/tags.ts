import { type NodeType, nodeTypeNumber } from '../graph/heap-graph.js'
import type { Functions } from './functions.js'
import type { Names } from './names.js'
import type { NodeRows } from './nodes.js'
import { omitted } from './omitted-targets.js'
import { strong, weak } from './records.js'
import type { RootReference } from './sections.js'

/** V8 descends no deeper into nested constant pools. */
const deepestPool = 3

/** The types of objects that give other objects their names. */
const namingTypes = [
  'BYTECODE_ARRAY_TYPE',
  'SCRIPT_TYPE',
  'FEEDBACK_VECTOR_TYPE',
  'ARRAY_BOILERPLATE_DESCRIPTION_TYPE',
  'REG_EXP_BOILERPLATE_DESCRIPTION_TYPE',
  'ENUM_CACHE_TYPE',
  'SCOPE_INFO_TYPE',
  'MAP_TYPE',
  'PROTOTYPE_INFO_TYPE',
  'TRANSITION_ARRAY_TYPE',
  'ALLOCATION_SITE_TYPE',
  'SHARED_FUNCTION_INFO_TYPE',
  'CODE_TYPE',
  'INSTRUCTION_STREAM_TYPE',
]

/**
 * Gives V8's internal objects the names and types that V8 derives from their referrers: constant pools, source position
 * tables, validity cells. Existing names are kept.
 */
export function tag(
  names: Names,
  functions: Functions,
  rows: NodeRows,
  flags: Uint8Array,
  roots: readonly RootReference[],
  rootKinds: ReadonlyMap<number, string>,
): void {
  const { view } = names
  const { records, layout } = view
  const { count, variant, firstSlot, how, to, texts } = records
  const { typeOf } = view
  const empty = texts.of('')
  const hasShapeType = layout.major >= 11

  const give = (object: number, name: string, type?: NodeType, overwrites = false): void => {
    if (object < 0 || (flags[object]! & omitted) !== 0) return
    if (name !== '' && (overwrites || rows.name[object] === empty)) rows.name[object] = texts.of(name)
    if (type !== undefined && (type !== 'object shape' || hasShapeType)) rows.type[object] = nodeTypeNumber(type)
  }
  const pool = (object: number, depth: number): void => {
    const type = typeOf[variant[object]!]!
    if (type === 'NAME_DICTIONARY_TYPE' || type === 'NUMBER_DICTIONARY_TYPE') give(object, '(constant pool)', 'code')
    if (type !== 'FIXED_ARRAY_TYPE' && type !== 'TRUSTED_FIXED_ARRAY_TYPE') return
    give(object, '(constant pool)', 'code', type === 'TRUSTED_FIXED_ARRAY_TYPE')
    if (depth <= 1) return
    for (let slot = firstSlot[object]!; slot < firstSlot[object + 1]!; slot++)
      if (how[slot] === strong) pool(to[slot]!, depth - 1)
  }

  for (const { kind, label, to: code } of roots) {
    if (rootKinds.get(kind) !== '(Builtins)' || label === '') continue
    give(code, `(${label} builtin${layout.major < 11 ? '' : layout.major < 12 ? ' handle' : ' code'})`)
  }
  // Most objects are of other types.
  const isNaming = view.areOfType(...namingTypes)
  for (let at = 0; at < count; at++) {
    if (isNaming[variant[at]!] === 0) continue
    switch (typeOf[variant[at]!]) {
      case 'BYTECODE_ARRAY_TYPE':
        for (let word = 2; word <= 5; word++) {
          const target = view.ref(at, word)
          if (target < 0) continue
          const type = typeOf[variant[target]!]!
          if (type === 'BYTE_ARRAY_TYPE')
            give(target, word === 3 ? '(handler table)' : '(source position table)', 'code')
          else if (type === 'TRUSTED_BYTE_ARRAY_TYPE') give(target, '', 'code')
          else pool(target, deepestPool)
        }
        break
      case 'SCRIPT_TYPE':
        give(view.ref(at, layout.script.lineEnds), '(script line ends)', 'code')
        give(view.ref(at, 11), '', 'code')
        for (const word of [15, 16, 17]) {
          const target = view.ref(at, word)
          if (target >= 0 && typeOf[variant[target]!] === 'FIXED_ARRAY_TYPE')
            give(target, '(host-defined options)', 'code')
        }
        break
      case 'FEEDBACK_VECTOR_TYPE':
        for (let slot = firstSlot[at]!; slot < firstSlot[at + 1]!; slot++) {
          if (how[slot] !== strong) continue
          const type = typeOf[variant[to[slot]!]!]!
          if (type === 'WEAK_FIXED_ARRAY_TYPE' || type === 'FIXED_ARRAY_TYPE') give(to[slot]!, '(feedback)', 'code')
        }
        break
      case 'ARRAY_BOILERPLATE_DESCRIPTION_TYPE':
        give(view.ref(at, 2), '(constant elements)', 'code')
        break
      case 'REG_EXP_BOILERPLATE_DESCRIPTION_TYPE':
        give(view.ref(at, 1), '(RegExp data)', 'code')
        break
      case 'ENUM_CACHE_TYPE':
        give(view.ref(at, 1), '(enum cache)', 'object shape')
        give(view.ref(at, 2), '(enum cache)', 'object shape')
        break
      case 'SCOPE_INFO_TYPE': {
        const table = view.ref(at, layout.scopeInfo.firstVariable)
        if (table >= 0 && typeOf[variant[table]!] === 'NAME_TO_INDEX_HASH_TABLE_TYPE')
          give(table, '(context local names)', 'code')
        break
      }
      case 'MAP_TYPE': {
        const cell = view.ref(at, layout.map.validityCell)
        if (cell >= 0 && typeOf[variant[cell]!] === 'CELL_TYPE') give(cell, '', 'object shape')
        break
      }
      case 'PROTOTYPE_INFO_TYPE':
        for (let slot = firstSlot[at]!; slot < firstSlot[at + 1]!; slot++) {
          if (how[slot]! > weak) continue
          const type = typeOf[variant[to[slot]!]!]!
          if (type === 'WEAK_ARRAY_LIST_TYPE') give(to[slot]!, '', 'object shape')
          else if (type === 'FIXED_ARRAY_TYPE') give(to[slot]!, '(prototype chain enum cache)', 'object shape')
        }
        break
      case 'TRANSITION_ARRAY_TYPE': {
        const prototypes = view.ref(at, 2)
        if (prototypes >= 0 && typeOf[variant[prototypes]!] === 'WEAK_FIXED_ARRAY_TYPE')
          give(prototypes, '(prototype transitions)', 'object shape')
        break
      }
      case 'ALLOCATION_SITE_TYPE':
        give(view.ref(at, 3), '', 'code')
        break
      case 'SHARED_FUNCTION_INFO_TYPE': {
        give(at, '(shared function info)')
        for (const word of layout.shared.functions) {
          const code = view.ref(at, word)
          if (code < 0 || typeOf[variant[code]!] !== 'CODE_TYPE') continue
          const name = functions.debugName(at)
          give(code, name === '' ? '(BASELINE code)' : `(code for ${name})`)
          const stream = layout.major < 12 ? -1 : view.ref(code, 4)
          give(stream, name === '' ? '(BASELINE instruction stream)' : `(instruction stream for ${name})`)
        }
        break
      }
      case 'CODE_TYPE':
      case 'INSTRUCTION_STREAM_TYPE': {
        for (const word of [1, 2, 3]) {
          const target = view.ref(at, word)
          if (target < 0) continue
          const type = typeOf[variant[target]!]!
          const isBaseline = type === 'BYTE_ARRAY_TYPE' && isInterpreted(view.ref(at, word - 1))
          if (type === 'BYTE_ARRAY_TYPE' || type === 'TRUSTED_BYTE_ARRAY_TYPE')
            give(
              target,
              isBaseline
                ? '(bytecode offset table)'
                : word === 1
                  ? '(code relocation info)'
                  : '(source position table)',
              'code',
            )
          else if (
            type === 'FIXED_ARRAY_TYPE' ||
            type.endsWith('WEAK_FIXED_ARRAY_TYPE') ||
            type === 'PROTECTED_FIXED_ARRAY_TYPE' ||
            type === 'TRUSTED_FIXED_ARRAY_TYPE'
          )
            deoptimization(target)
        }
        break
      }
    }
  }

  function isInterpreted(target: number): boolean {
    return target >= 0 && /^(?:BYTECODE_ARRAY|INTERPRETER_DATA)_TYPE$/.test(typeOf[variant[target]!]!)
  }

  function deoptimization(list: number): void {
    give(list, '(code deopt data)', 'code')
    for (let slot = firstSlot[list]!; slot < firstSlot[list + 1]!; slot++) {
      if (how[slot] !== strong) continue
      const type = typeOf[variant[to[slot]!]!]!
      // V8 names only the weak one of the two lists of literals.
      if (/(?:FIXED_ARRAY|BYTE_ARRAY|FRAME_TRANSLATION)_TYPE$/.test(type) && type !== 'PROTECTED_FIXED_ARRAY_TYPE')
        give(to[slot]!, '(code deopt data)', 'code')
    }
  }
}
