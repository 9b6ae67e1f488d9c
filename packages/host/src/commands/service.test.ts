import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { configFile, fixtureProject, actingService, plainService } from '../fixture-project.test.support.ts'
import { up, type RunningTopology } from '../up.ts'
import { actionsCommand } from './actions.ts'
import { completeCommand } from './complete.ts'
import { serviceCommand } from './service.ts'

interface Running {
  readonly topology: RunningTopology
  readonly directory: string
  /** Runs `ashlar <service> <args>` against it; `said` is what is answered to a question. */
  readonly act: (args: readonly string[], said?: string) => Promise<{ status: number; out: string[]; asked: string[] }>
  readonly complete: (...words: string[]) => Promise<string[]>
}

const shop = {
  name: 'shop',
  collector: false,
  services: { order: { main: 'acting.mjs' }, payment: { main: 'acting.mjs' }, plain: { main: 'plain.mjs' } },
}

async function start(t: TestContext): Promise<Running> {
  const root = fixtureProject(t, {
    'acting.mjs': actingService,
    'plain.mjs': plainService,
    'ashlar.config.ts': configFile(shop),
  })
  const topology = await up(shop, { root, env: {} })
  t.after(() => topology.stop())
  const directory = join(root, '.ashlar')
  const config = join(root, 'ashlar.config.ts')
  return {
    topology,
    directory,
    async act([service = '', ...args], said) {
      const [out, asked]: [string[], string[]] = [[], []]
      const ask = async (question: string): Promise<string> => {
        asked.push(question)
        return said ?? ''
      }
      const console = {
        out: (line: string) => void out.push(line),
        err: assert.fail,
        colour: false,
        ...(said === undefined ? {} : { ask }),
      }
      const status = await serviceCommand(service, [...args, '--config', config], console)
      return { status, out, asked }
    },
    async complete(...words) {
      const out: string[] = []
      const console = { out: (line: string) => void out.push(line), err: assert.fail, colour: false }
      const before = process.cwd()
      process.chdir(root)
      assert.equal(await completeCommand(words, console).finally(() => process.chdir(before)), 0)
      return out.map((line) => line.split('\t')[0] as string)
    },
  }
}

test('an action gets what its flags say, by the types it declared, with who asked and why', async (t) => {
  const { act } = await start(t)
  const flags = ['--level=debug', '--for-ms', '7', '--no-quiet', '--reason', 'zu spät\n', '--json']
  const { status, out } = await act(['order', 'echo', ...flags])
  assert.equal(status, 0)
  assert.equal(out.length, 1)
  const { log, ...result } = JSON.parse(out[0] ?? '') as Record<string, unknown>
  assert.deepEqual(result, {
    input: { level: 'debug', forMs: 7, quiet: false },
    operator: encodeURIComponent(userInfo().username),
    reason: encodeURIComponent('zu spät\n'),
  })
  assert.deepEqual(log, ['GET /actions', 'POST /actions/echo'])
})

test('for people a record is shown as names and values', async (t) => {
  const { act } = await start(t)
  const { out } = await act(['order', 'echo', '--level', 'info', '--quiet'])
  assert.match(out[0] ?? '', /^input\.level  info$/)
  assert.match(out[1] ?? '', /^input\.quiet  true$/)
})

test('a service without an action lists what there is; --help says what one takes', async (t) => {
  const { act } = await start(t)
  const { out } = await act(['order'])
  assert.deepEqual(out.slice(0, 4), [
    'action  risk        what it does',
    'echo    read        Tells what it was sent.',
    'fail    change      Fails.',
    'drain   disruptive  Stops the flow.',
  ])
  const listed = JSON.parse((await act(['order', '--json'])).out.join('')) as { name: string }[]
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['echo', 'fail', 'drain'],
  )
  const help = (await act(['order', 'echo', '--help'])).out.join('\n')
  assert.match(help, /--level TEXT +required +Any text\. One of debug, info\.\n/)
  assert.match(help, /--for-ms N +How long\. From 1 to 100\.\n/)
  assert.match(help, /--quiet +Without a sound\.\n/)
})

test('what is wrong on the command line is one sentence with what was meant, and reaches no action', async (t) => {
  const { act } = await start(t)
  const mistakes: [string[], string | RegExp][] = [
    [['ordre'], 'there is no command or service "ordre"; did you mean "order"?'],
    [['order', 'ehco'], 'order has no action "ehco"; did you mean "echo"?'],
    [['order', 'xyz'], 'order has no action "xyz"; there are: echo, fail, drain'],
    [['order', 'echo', '--lvel', 'info'], 'order echo: there is no --lvel; did you mean "--level"?'],
    [['order', 'echo', '-l', 'info'], 'order echo: there is no -l; did you mean "--level"?'],
    [['order', 'echo', '--colour', 'red'], /^order echo: there is no --colour; there are: --json, .*, --level, /],
    [['order', 'echo', 'info'], 'order echo: "info" means nothing here'],
    [['order', 'echo', '--level'], /^order echo: --level needs a value$/],
    [['order', 'echo', '--level', '--quiet'], 'order echo: --level needs a value'],
    [['order', 'echo', '--quiet=yes'], 'order echo: --quiet takes no value; --no-quiet is its opposite'],
    [['order', 'echo', '--no-level'], /^order echo: there is no --no-level/],
    [
      ['order', 'echo', '--level', 'loud', '--for-ms', '1.5'],
      'order echo: --level must be one of debug, info; --for-ms must be a whole number of 1 to 100',
    ],
    [['order', 'echo'], 'order echo: --level is required'],
    [['order', '--yes'], /^order: there is no --yes/],
  ]
  for (const [args, message] of mistakes) {
    // With nothing after it, so that a flag that lacks its value is the last.
    await assert.rejects(act(args[args.length - 1] === '--level' ? [...args, '--json'] : args), {
      code: 'ASHLAR_HOST_USAGE',
      message,
    })
  }
  const { out } = await act(['order', 'echo', '--level', 'info', '--json'])
  const { log } = JSON.parse(out[0] ?? '') as { log: string[] }
  assert.deepEqual(
    log.filter((line) => line.startsWith('POST')),
    ['POST /actions/echo'],
  )
})

test('what users may notice is asked about, and is an error where nobody can be asked', async (t) => {
  const { act } = await start(t)
  await assert.rejects(act(['order', 'drain']), {
    code: 'ASHLAR_HOST_USAGE',
    message: 'order drain is disruptive; say --yes to do it all the same',
  })
  for (const no of ['', 'n', 'yesterday']) {
    await assert.rejects(act(['order', 'drain'], no), {
      code: 'ASHLAR_HOST_ACTION_FAILED',
      message: 'order drain: not done',
    })
  }
  const asked = await act(['order', 'drain', '--json'], 'y')
  assert.deepEqual(asked.asked, ['order drain is disruptive: Stops the flow.\nGo on? [y/N] '])
  assert.equal(
    (JSON.parse(asked.out[0] ?? '') as { log: string[] }).log.filter((line) => line.startsWith('POST')).length,
    1,
  )
  const unasked = await act(['order', 'drain', '--yes'], 'n')
  assert.deepEqual(unasked.asked, [])
  assert.deepEqual((await act(['order', 'echo', '--level', 'info'], 'n')).asked, [])
})

test('what a service says about a failure is the error, with its trace', async (t) => {
  const { act } = await start(t)
  await assert.rejects(act(['order', 'fail']), {
    code: 'ASHLAR_HOST_ACTION_FAILED',
    message: 'order fail: it is too late (trace abc)',
  })
})

test('a service’s key opens no other service', async (t) => {
  const { act, directory } = await start(t)
  const stateFile = join(directory, 'state.json')
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as { services: Record<string, { adminUrl: string }> }
  const { order, payment } = state.services
  assert.ok(order !== undefined && payment !== undefined)
  order.adminUrl = payment.adminUrl
  writeFileSync(stateFile, JSON.stringify(state))
  await assert.rejects(act(['order']), { code: 'ASHLAR_HOST_ACTION_FAILED', message: 'order: the key is wrong' })
})

test('a service that serves no actions, one that has died, and a system that has stopped are told apart', async (t) => {
  const { act, topology } = await start(t)
  await assert.rejects(act(['plain', 'drain']), {
    code: 'ASHLAR_HOST_ACTION_FAILED',
    message: 'plain serves no actions',
  })
  const { pid } = topology.service('order')
  process.kill(pid as number, 'SIGKILL')
  await assert.rejects(act(['order']), { code: 'ASHLAR_HOST_NOT_RUNNING' })
  await topology.waitFor('order', { otherThanPid: pid as number })
  assert.equal((await act(['order'])).status, 0)
  await topology.stop()
  const message = 'not running; start it with: ashlar up'
  await assert.rejects(act(['order']), { code: 'ASHLAR_HOST_NOT_RUNNING', message })
})

test('the actions of all services are listed, and who did not answer is named', async (t) => {
  const { directory } = await start(t)
  const [out, err]: [string[], string[]] = [[], []]
  const console = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    colour: false,
  }
  assert.equal(await actionsCommand({ directory, json: false }, console), 1)
  assert.match(out[1] ?? '', /^order +echo +read +Tells what it was sent\.$/)
  assert.equal(out.length, 7)
  assert.deepEqual(err, ['ashlar: plain serves no actions'])
  out.length = 0
  await actionsCommand({ directory, json: true }, console)
  const { services } = JSON.parse(out.join('')) as {
    services: { service: string; error?: string; actions: object[] }[]
  }
  assert.deepEqual(
    services.map(({ service, error, actions }) => [service, error, actions.length]),
    [
      ['order', undefined, 3],
      ['payment', undefined, 3],
      ['plain', 'plain serves no actions', 0],
    ],
  )
})

test('completion offers commands, services, actions, flags that are left, and the values that a flag can have', async (t) => {
  const { complete } = await start(t)
  const commands = ['up', 'status', 'actions', 'traces', 'logs', 'metrics', 'completion', 'help']
  assert.deepEqual(await complete(''), [...commands, 'order', 'payment', 'plain'])
  assert.deepEqual(await complete('p'), ['payment', 'plain'])
  assert.deepEqual(await complete('order', ''), ['echo', 'fail', 'drain'])
  assert.deepEqual(await complete('order', 'echo', '--l'), ['--level'])
  assert.deepEqual(await complete('order', 'echo', '--level', ''), ['debug', 'info'])
  assert.deepEqual(await complete('order', 'echo', '--level=d'), ['--level=debug'])
  // As bash cuts it up.
  assert.deepEqual(await complete('order', 'echo', '--level', '=', 'd'), ['debug'])
  assert.deepEqual(await complete('order', 'echo', '--level', '='), ['debug', 'info'])
  assert.deepEqual(await complete('order', 'echo', '--for-ms', ''), [])
  assert.ok(!(await complete('order', 'echo', '--level', 'info', '--')).includes('--level'))
  assert.deepEqual(await complete('up', '--e'), ['--ephemeral'])
  assert.deepEqual(await complete('completion', 'z'), ['zsh'])
  assert.deepEqual(await complete('traces', '--s'), ['--service', '--since', '--slower-than'])
  assert.deepEqual(await complete('logs', '--service', 'p'), ['payment', 'plain'])
  assert.deepEqual(await complete('logs', '--level', 'e'), ['error'])
  assert.deepEqual(await complete('logs', '--follow', '--f'), [])
  for (const words of [
    ['plain', ''],
    ['nobody', ''],
    ['order', 'nothing', '--'],
    ['up', '--port', ''],
    ['traces', '--since', ''],
  ]) {
    assert.deepEqual(await complete(...words), [], words.join(' '))
  }
})

test('a service is asked for its actions once in its life, however often somebody presses the key', async (t) => {
  const { act, complete, topology } = await start(t)
  for (let index = 0; index < 3; index++) await complete('order', 'e')
  const lists = async (): Promise<number> => {
    const { out } = await act(['order', 'echo', '--level', 'info', '--json'])
    const { log } = JSON.parse(out[0] ?? '') as { log: string[] }
    return log.filter((line) => line === 'GET /actions').length
  }
  // Each command asks by itself as well.
  assert.equal(await lists(), 2)
  const { pid } = topology.service('order')
  process.kill(pid as number, 'SIGKILL')
  await topology.waitFor('order', { otherThanPid: pid as number })
  await complete('order', 'e')
  assert.equal(await lists(), 2)
})
