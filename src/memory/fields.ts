import type { V8Layout } from './v8-layout.js'

/** A word of an object that has a name in V8's snapshots. */
export interface Field {
  readonly word: number
  readonly name: string
  readonly isWeak?: boolean
}

const field = (word: number, name: string): Field => ({ word, name })
const weakField = (word: number, name: string): Field => ({ word, name, isWeak: true })

/** The named internal words of JavaScript objects, in V8's order: before and after properties and elements. */
export function objectFields(
  layout: V8Layout,
  type: string,
): { readonly before: readonly Field[]; readonly behind: readonly Field[] } {
  switch (type) {
    case 'JS_MAP_TYPE':
    case 'JS_SET_TYPE':
    case 'JS_WEAK_MAP_TYPE':
    case 'JS_WEAK_SET_TYPE':
      return { before: [field(3, 'table')], behind: [] }
    case 'JS_PROMISE_TYPE':
      return { before: [field(3, 'reactions_or_result')], behind: [] }
    case 'JS_GENERATOR_OBJECT_TYPE':
    case 'JS_ASYNC_FUNCTION_OBJECT_TYPE':
    case 'JS_ASYNC_GENERATOR_OBJECT_TYPE':
      return {
        before: [field(3, 'function'), field(4, 'context'), field(5, 'receiver'), field(9, 'parameters_and_registers')],
        behind: [],
      }
    case 'JS_WEAK_REF_TYPE':
      return { before: [weakField(3, 'target')], behind: [] }
    case 'JS_TYPED_ARRAY_TYPE':
    case 'JS_DATA_VIEW_TYPE':
    case 'JS_RAB_GSAB_DATA_VIEW_TYPE':
      return { before: [], behind: [field(layout.view.buffer, 'buffer')] }
    case 'JS_BOUND_FUNCTION_TYPE':
      return { before: [], behind: [field(5, 'bindings'), field(4, 'bound_this'), field(3, 'bound_function')] }
    case 'JS_GLOBAL_OBJECT_TYPE':
      return layout.major < 12
        ? { before: [], behind: [field(3, 'native_context'), field(4, 'global_proxy')] }
        : { before: [], behind: [field(layout.major < 13 ? 3 : 4, 'global_proxy')] }
    default:
      return { before: [], behind: [] }
  }
}

/** The named words of V8's own objects, in V8's order. */
export function systemFields(layout: V8Layout, type: string): readonly Field[] {
  const { major, shared, script } = layout
  if (type.startsWith('CONS_')) return [field(2, 'first'), field(3, 'second')]
  if (type.startsWith('SLICED_')) return [field(2, 'parent')]
  if (type.startsWith('THIN_')) return [field(2, 'actual')]
  switch (type) {
    case 'SYMBOL_TYPE':
      return [field(2, 'name')]
    case 'SHARED_FUNCTION_INFO_TYPE':
      return [
        field(shared.nameOrScope, 'name_or_scope_info'),
        field(shared.script, major < 12 ? 'script_or_debug_info' : 'script'),
        ...(shared.functions.length === 1
          ? [field(1, 'function_data')]
          : [field(1, 'trusted_function_data'), field(2, 'untrusted_function_data')]),
        field(shared.outer, 'raw_outer_scope_info_or_feedback_metadata'),
      ]
    case 'SCRIPT_TYPE':
      return [
        field(script.source, 'source'),
        field(script.name, 'name'),
        field(script.contextData, 'context_data'),
        field(script.lineEnds, 'line_ends'),
      ]
    case 'ACCESSOR_INFO_TYPE':
      if (major < 11) return [field(1, 'name'), field(4, 'setter'), field(5, 'getter')]
      return layout.isAfter14_1 ? [field(2, 'name'), field(1, 'data')] : [field(1, 'name'), field(2, 'data')]
    case 'ACCESSOR_PAIR_TYPE':
      return [field(1, 'getter'), field(2, 'setter')]
    case 'CELL_TYPE':
    case 'FEEDBACK_CELL_TYPE':
      return [field(1, 'value')]
    case 'PROPERTY_CELL_TYPE':
      return [field(3, 'value'), field(4, 'dependent_code')]
    case 'ALLOCATION_SITE_TYPE':
      return [field(1, 'transition_info'), field(2, 'nested_site'), field(3, 'dependent_code')]
    case 'ARRAY_BOILERPLATE_DESCRIPTION_TYPE':
      return [field(2, 'constant_elements')]
    case 'WEAK_CELL_TYPE':
      return layout.isAfter14_1
        ? [weakField(3, 'target'), weakField(4, 'unregister_token')]
        : [weakField(2, 'target'), weakField(3, 'unregister_token')]
    case 'INSTRUCTION_STREAM_TYPE':
      return major < 12 ? [] : [field(1, 'code'), field(2, 'relocation_info')]
    case 'CODE_TYPE':
      if (major < 12) return [field(1, 'relocation_info')]
      return [field(4, 'instruction_stream')]
    default:
      return []
  }
}
