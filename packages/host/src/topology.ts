/** One service: a process of its own. */
export interface ServiceSpec<Name extends string = string> {
  /** The module that runs it, relative to the project's root. */
  readonly main: string
  /** The port it listens on. @default a free one, kept for as long as the topology runs */
  readonly port?: number
  /** Whether it has a database, with a role that can reach no other; its URL arrives as DATABASE_URL. @default false */
  readonly database?: boolean
  /** Whether it keeps files: a directory of its own arrives as FILES_DIR. The service makes it. @default false */
  readonly files?: boolean
  /** The services it calls; the URL of each arrives as <NAME>_URL. */
  readonly calls?: readonly Name[]
  /** Variables of its own. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Names of random values that nobody has to invent. Services that name the same one get the same value; the others
   * do not get it. A value in the environment wins.
   */
  readonly secrets?: readonly string[]
  /**
   * Whether people call it: its URL is the one that `ashlar up` announces. That of the first one arrives at every service
   * as PUBLIC_URL, unless the environment says under which other address people reach it. @default false
   */
  readonly public?: boolean
  /** The `prepare` task whose output it serves; the output's path arrives as ASSETS_DIR. */
  readonly assets?: string
}

/** Something that is built before services start, and again only when what it is built from has changed. */
export interface PrepareSpec {
  /** Files and directories it is built from, relative to the project's root. */
  readonly inputs: readonly string[]
  /** The file or directory it makes. */
  readonly output: string
  /** The program, relative to the project's root or found on PATH, and its arguments. */
  readonly command: readonly string[]
}

/** A system as code: which services there are and who calls whom. */
export interface Topology<Name extends string = string> {
  /** What the system is called. */
  readonly name: string
  readonly services: Readonly<Record<Name, ServiceSpec<NoInfer<Name>>>>
  readonly prepare?: Readonly<Record<string, PrepareSpec>>
  /**
   * Whether a process of its own receives the traces, logs and metrics of the services, keeps them within bounds, and
   * answers `ashlar traces`, `ashlar logs` and `ashlar metrics`. It starts behind the services; they do not need it.
   * @default true
   */
  readonly collector?: boolean
}

/**
 * Declares a topology: the default export of `ashlar.config.ts`. A callee that does not exist is a type error here;
 * everything else is checked by `ashlar up`, before it starts anything.
 */
export function topology<Name extends string>(spec: Topology<Name>): Topology<Name> {
  return spec
}
