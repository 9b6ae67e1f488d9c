import { after } from 'node:test'
import { createMemoryOutbox } from '@ashlar/sql/memory'
import { Inbox } from './inbox.test.support.ts'
import { memoryUserStore } from './memory-repository.ts'
import { passwordContract } from './password-contract.ts'
import { userStoreContract } from './repository-contract.ts'

const outbox = createMemoryOutbox()
const inbox = new Inbox()
const relay = outbox.relay(inbox.take)
after(() => relay[Symbol.asyncDispose]())

const store = memoryUserStore(outbox)
userStoreContract('memory', async () => store)
passwordContract('memory', async () => ({ store, delivered: (id) => inbox.delivered(id) }))
