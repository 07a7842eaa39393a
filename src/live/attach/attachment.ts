import { LeakscopeError } from '../../errors.js'
import { debugPortOf } from '../linux/debug-port.js'
import { hasEnded, type ProcessFacts } from '../linux/facts.js'
import { type Connection, type ConnectOptions, connect } from '../protocol/connection.js'
import { forgetConsole } from '../protocol/console.js'
import { type End, lost, openTarget, type Target } from '../target.js'
import { leaveInspector } from './close-inspector.js'
import type { Address } from './inspector-at.js'
import { type Introduction, introduce } from './introduction.js'
import type { Limits } from './limits.js'
import { moveInspector } from './move-inspector.js'
import { type Opening, socketsOf } from './open-inspector.js'
import { forgetOpening, isLeftOpen, noteGivenUp, noteOpened } from './openings.js'
import { claimOrJoin, type InspectorOwner, nameForAttaching } from './ownership.js'
import { directly, type Passage } from './passage.js'

/**
 * The state of an attachment.
 *
 * ```text
 *   looking ──── no inspector is open ────► opening
 *      │                                       │
 *      │ one is open                           │ SIGUSR1 opened one
 *      └──────────────► connected ◄────────────┘
 *                           │
 *                           │ detached, or interrupted; also from the two above, after an error
 *                           ▼
 *                        leaving ────► left
 * ```
 *
 * - **looking**: reads the process from outside and queries its ports. Changes nothing.
 * - **opening**: SIGUSR1 was sent or is about to be. A note on disk says that the opening inspector is ours.
 * - **connected**: verified to be the right process. Its mark names us, unless another program opened its inspector.
 * - **leaving**: the inspector is closed in one command, handed over to another leakscope, or left open for its owner.
 * - **left**: our connection has ended, and what we had to close is verified to be closed. After an error, the state
 *   stays leaving.
 */
export type AttachmentState = 'looking' | 'opening' | 'connected' | 'leaving' | 'left'

/** The process to attach to. */
export interface Subject {
  /** `process 4121`, `the process at 127.0.0.1:9229`. */
  readonly name: string
  /** Facts known before connecting, if attached by pid. */
  readonly facts?: ProcessFacts
  /**
   * Identifies the process by its introduction; `undefined` if it is on another machine. Errors: ATTACH for the wrong
   * process.
   */
  identify(introduction: Introduction): ProcessFacts | undefined
}

/** One attachment to a process, from looking for its inspector to having left it. */
export class Attachment implements AsyncDisposable {
  readonly limits: Limits
  readonly passage: Passage
  readonly #subject: Subject
  readonly #us: string = nameForAttaching()
  readonly #end: End = { reason: undefined }
  #state: AttachmentState = 'looking'
  #facts: ProcessFacts | undefined
  #inspector: (Address & { readonly url: string }) | undefined
  #connection: Connection | undefined
  #owner: InspectorOwner = 'theirs'
  #left: Promise<void> | undefined

  constructor(subject: Subject, limits: Limits, passage: Passage = directly) {
    this.#subject = subject
    this.#facts = subject.facts
    this.limits = limits
    this.passage = passage
  }

  get state(): AttachmentState {
    return this.#state
  }

  /** Goes from looking to opening; returns what `open` opened or found. */
  async opening(open: () => Promise<Opening>): Promise<Opening> {
    this.#state = 'opening'
    return open()
  }

  /**
   * Connects to an inspector, verifies whose it is, adds us to its mark, and moves it off its default port if we opened
   * it. After an error, it leaves. Errors: those of `attach`; ClosedMeanwhile if another leakscope closed it meanwhile.
   */
  async connect({ inspector, opened, mayMove }: Opening): Promise<Target> {
    this.#inspector = inspector
    this.#owner = opened ? 'ours' : 'theirs'
    // Reports first why attaching failed, then why cleaning up failed.
    await using _ = { [Symbol.asyncDispose]: () => this[Symbol.asyncDispose]() }

    let introduction = await this.#settledIn(opened)
    if (await this.#movesAside(mayMove)) introduction = await this.#introducedAt(this.#inspector)
    if (this.#facts !== undefined && this.#owner === 'ours') noteOpened(this.#facts, this.#inspector)
    this.limits.signal.throwIfAborted()
    const { nodeVersion, title } = introduction
    const target = await openTarget({
      connection: this.#connection!,
      pid: this.#facts?.pid ?? null,
      nodeVersion,
      title,
      url: this.#inspector.url,
      openedInspector: this.#owner === 'ours',
      end: this.#end,
      leave: () => this.leave(),
    })
    this.#state = 'connected'
    return target
  }

  /**
   * Leaves the process as it was found; only the first call has an effect. Errors: TIMEOUT if it does not close its
   * inspector.
   */
  leave(): Promise<void> {
    this.#left ??= this.#leave()
    return this.#left
  }

  /** Leaves a process for which no target was created. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'connected' && this.#left === undefined) await this.leave()
  }

  async #leave(): Promise<void> {
    this.#state = 'leaving'
    const [facts, inspector] = [this.#facts, this.#inspector]
    try {
      if (facts === undefined || inspector === undefined || this.#owner === 'theirs') {
        if (this.#connection !== undefined) forgetConsole(this.#connection)
        await this.#connection?.close()
      } else if (hasEnded(facts.pid)) {
        await this.#connection?.close()
        forgetOpening(facts)
      } else {
        const options = this.#connecting()
        const last = this.#connection ?? (await connect(inspector, options))
        const [us, look, hurry] = [this.#us, this.passage.inspectorAt, this.limits.signal]
        await leaveInspector({ facts, inspector, us, options, look, hurry }, last)
      }
      this.#state = 'left'
    } catch (error) {
      if (facts !== undefined && inspector !== undefined && !hasEnded(facts.pid)) noteGivenUp(facts, inspector)
      throw error
    } finally {
      await this.passage.close()
    }
  }

  async #settledIn(opened: boolean): Promise<Introduction> {
    const inspector = this.#inspector!
    const known = this.#subject.facts
    try {
      const introduction = await this.#introducedAt(inspector)
      const facts = this.#facts
      // With `--inspect-publish-uid=stderr`, the leakscope that opened the inspector could not close it: recognised by
      // its URL.
      const left = opened || (known === undefined && facts !== undefined && isLeftOpen(facts, inspector))
      if (facts !== undefined) this.#owner = await claimOrJoin(this.#connection!, this.#us, introduction.mark, left)
      return introduction
    } catch (error) {
      if (known === undefined || opened || hasEnded(known.pid)) throw error
      if (socketsOf(known.pid).some(listener => listener.port === inspector.port)) throw error
      throw new ClosedMeanwhile(known.pid, error)
    }
  }

  // Verified twice: the inspector is among the sockets of the process, and the process reports its own pid.
  async #introducedAt(inspector: Pick<Address, 'socketPath'> & { readonly url: string }): Promise<Introduction> {
    this.#connection = undefined
    this.#connection = await connect(inspector, this.#connecting())
    const introduction = await introduce(this.#connection, this.#subject.name)
    this.#facts = this.#subject.identify(introduction)
    return introduction
  }

  // All processes open at the same port: moved so that the next one can be attached meanwhile.
  async #movesAside(mayMove: Opening['mayMove']): Promise<boolean> {
    const facts = this.#subject.facts
    if (facts === undefined || this.#owner !== 'ours' || this.#inspector!.port !== debugPortOf(facts).port) return false
    if ((await mayMove?.()) === false) return false
    const moved = await moveInspector(facts.pid, this.#connection!, this.limits, this.passage.inspectorAt)
    if (moved === undefined) return false
    this.#inspector = moved
    await this.#connection!.close()
    return true
  }

  #connecting(): ConnectOptions {
    const { name } = this.#subject
    const { timeoutMs, commandTimeoutMs, signal } = this.limits
    const where = (): { pid: number | null; url: string } => ({
      pid: this.#facts?.pid ?? null,
      url: this.#inspector!.url,
    })
    return { name, timeoutMs, commandTimeoutMs, interrupt: signal, lost: () => lost(this.#end, name, where) }
  }
}

/** Another leakscope closed the inspector just as we connected. */
export class ClosedMeanwhile extends LeakscopeError {
  constructor(pid: number, cause: unknown) {
    super('TARGET_GONE', `the inspector of process ${pid} was closed while it was being attached to`, {
      hint: 'Attach again, if it is still running.',
      cause,
    })
  }
}
