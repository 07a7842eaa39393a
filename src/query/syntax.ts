import type { Fact } from './facts.js'
import type { Pattern } from './patterns.js'

/** A parsed expression. `at` is the position of a part in the text, for error messages. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null | undefined; readonly at: number }
  | { readonly kind: 'pattern'; readonly pattern: Pattern; readonly at: number }
  | { readonly kind: 'fact'; readonly fact: Fact; readonly of: Path | undefined; readonly at: number }
  | { readonly kind: 'path'; readonly path: Path; readonly at: number }
  | { readonly kind: 'not' | 'minus'; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: 'and' | 'or'
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | {
      readonly kind: 'calculation'
      readonly operator: Calculation
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | {
      readonly kind: 'comparison'
      readonly operator: Comparison
      readonly left: Expression
      readonly right: Expression
      /** The position of the operator. */
      readonly at: number
    }
  | { readonly kind: 'among'; readonly operand: Expression; readonly list: readonly Expression[]; readonly at: number }

export type Calculation = '+' | '-' | '*' | '/' | '%'
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | 'like' | 'contains' | 'startswith' | 'endswith'

/** A path from an object along its references: `.user.name`, `["odd key"]`, `[0]`, `->limit`. */
export interface Path {
  readonly steps: readonly Step[]
  /** As written, for the title of its column. */
  readonly text: string
}

/**
 * `property`: `.name`, or `["name"]`, also for the entry of a Map with that key; `element`: `[0]`; `variable`:
 * `->name`, of a closure or its scope.
 */
export type Step =
  | { readonly kind: 'property' | 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
