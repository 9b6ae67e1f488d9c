import type { RequestUrl } from './message.ts'
import type { Target } from './target.ts'

/** A target whose query is taken apart when it is asked for. */
export class LazyUrl implements RequestUrl {
  readonly path: string
  readonly #search: string
  #query: URLSearchParams | undefined

  constructor(target: Target) {
    this.path = target.path
    this.#search = target.search
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.#search))
  }
}
