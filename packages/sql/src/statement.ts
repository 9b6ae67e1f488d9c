import { createHash } from 'node:crypto'
import { encodeParameter, type WireValue } from './parameters.ts'
import { sessionAdvice } from './session-state.ts'
import { summaryOf } from './statement-summary.ts'

declare const rowType: unique symbol

/** A piece of SQL with its parameters: a whole statement, or a fragment of one. `Row` is the type of a result row. */
export interface Statement<Row = unknown> {
  // Only the compiler sees it; without it any statement would fit where rows of one type are wanted.
  readonly [rowType]?: Row
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}

/** A statement as it goes to the server. */
export interface Command {
  readonly text: string
  /** Under which the server keeps the plan; `undefined` for one that is planned anew each time. */
  readonly name: string | undefined
  readonly values: readonly WireValue[]
  /** The first word, in lower case. */
  readonly verb: string
  /** What it does in a few words, for those who watch. */
  readonly summary: string
  /** Why it may not run on a connection that others use later; `undefined` where it may. */
  readonly advice: string | undefined
  /** A script of several statements, sent by the simple protocol. */
  readonly script: boolean
}

type Shape = Pick<Command, 'text' | 'name' | 'verb' | 'summary' | 'advice'>

/** Statements are classes so that a fragment is told from a parameter by what it is, never by how it looks. */
export class SqlStatement implements Statement {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings
    this.values = values
  }
}

/** Several statements separated by semicolons: for migrations, within a transaction. */
export class SqlScript extends SqlStatement {
  constructor(text: string) {
    super([text], [])
  }
}

// The compiler makes one strings array per place in the source, so this is as bounded as the program.
const staticShapes = new WeakMap<readonly string[], Shape>()

// Texts put together at run time could be endless in number, and every name costs memory on the server. Those that
// come after the first thousand work as well, but are planned each time.
const composedShapes = new Map<string, Shape>()
const maxComposedShapes = 1_000

/** Turns a statement into text with numbered parameters and a name that is the same wherever the text is. */
export function compile(statement: Statement): Command {
  if (statement instanceof SqlScript) {
    return {
      text: statement.strings[0] as string,
      name: undefined,
      values: [],
      verb: '',
      summary: 'script',
      advice: undefined,
      script: true,
    }
  }
  const composed = statement.values.some((value) => value instanceof SqlStatement)
  const flat = composed ? flatten(statement) : statement
  const values = flat.values.map(encodeParameter)
  return { ...(composed ? composedShape(flat.strings) : staticShape(flat.strings)), values, script: false }
}

/** A statement of our own, which is not told of: one that opens or ends something. */
export function controlCommand(text: string): Command {
  return { text, name: undefined, values: [], verb: '', summary: '', advice: undefined, script: false }
}

function flatten(statement: Statement): Statement {
  const strings: string[] = ['']
  const values: unknown[] = []
  const append = (part: Statement): void => {
    part.strings.forEach((text, index) => {
      strings[strings.length - 1] += text
      if (index >= part.values.length) return
      const value = part.values[index]
      if (value instanceof SqlStatement) {
        append(value)
      } else {
        values.push(value)
        strings.push('')
      }
    })
  }
  append(statement)
  return { strings, values }
}

function staticShape(strings: readonly string[]): Shape {
  let shape = staticShapes.get(strings)
  if (shape === undefined) {
    const text = numbered(strings)
    shape = shapeOf(text, nameOf(text))
    staticShapes.set(strings, shape)
  }
  return shape
}

function composedShape(strings: readonly string[]): Shape {
  const text = numbered(strings)
  const known = composedShapes.get(text)
  if (known !== undefined) return known
  if (composedShapes.size >= maxComposedShapes) return shapeOf(text, undefined)
  const shape = shapeOf(text, nameOf(text))
  composedShapes.set(text, shape)
  return shape
}

function shapeOf(text: string, name: string | undefined): Shape {
  const verb = verbOf(text)
  return { text, name, verb, summary: summaryOf(text, verb), advice: sessionAdvice(text, verb) }
}

function numbered(strings: readonly string[]): string {
  return strings.reduce((text, next, index) => `${text}$${index}${next}`)
}

function nameOf(text: string): string {
  return `ashlar_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}

const leadingNoise = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*/

function verbOf(text: string): string {
  const start = leadingNoise.exec(text)?.[0].length ?? 0
  return /^[a-z]+/i.exec(text.slice(start))?.[0].toLowerCase() ?? ''
}
