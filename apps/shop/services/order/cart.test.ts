import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Carts } from './cart.ts'
import { FakeShelf, Faults, product } from './fakes.test.support.ts'
import { MemoryOrderRepository } from './memory-repository.ts'

function open(products = [product('lamp', 5), product('pen', 3)]) {
  const shelf = new FakeShelf(new Faults(), products)
  return { shelf, carts: new Carts({ repository: new MemoryOrderRepository(), products: shelf }) }
}

test('a cart shows names, prices and what is available, as they are now', async () => {
  const { carts } = open()
  assert.deepEqual(await carts.get('ada'), { items: [], total: { amountMinor: 0, currency: 'EUR' } })
  await carts.setItem('ada', 'lamp', 2)
  const cart = await carts.setItem('ada', 'pen', 9)
  assert.deepEqual(
    cart.items.map(({ line, available }) => [line.name, line.quantity, line.unitPrice.amountMinor, available]),
    [
      ['Product lamp', 2, 1050, 5],
      ['Product pen', 9, 1050, 3],
    ],
  )
  assert.deepEqual(cart.total, { amountMinor: 11_550, currency: 'EUR' })
})

test('setting a quantity replaces the one before, and 0 takes the product out', async () => {
  const { carts } = open()
  await carts.setItem('ada', 'lamp', 2)
  assert.equal((await carts.setItem('ada', 'lamp', 3)).items[0]?.line.quantity, 3)
  assert.deepEqual((await carts.setItem('ada', 'lamp', 0)).items, [])
})

test('a product that is not sold cannot be put in, and one that is no longer sold is shown as such', async () => {
  const { carts, shelf } = open()
  await assert.rejects(carts.setItem('ada', 'boat', 1), { code: 'SHOP_PRODUCT_NOT_FOUND' })
  await carts.setItem('ada', 'lamp', 1)
  shelf.retire('lamp')
  await assert.rejects(carts.setItem('ada', 'lamp', 2), { code: 'SHOP_PRODUCT_RETIRED' })
  const [item] = (await carts.get('ada')).items
  assert.deepEqual([item?.line.name, item?.available, item?.retired], ['Product lamp', 0, true])
  assert.deepEqual((await carts.setItem('ada', 'lamp', 0)).items, [])
})

test('a cart takes fifty different products, and changes to those in it', async () => {
  const { carts } = open(Array.from({ length: 51 }, (_, index) => product(`p${index}`, 9)))
  for (let index = 0; index < 50; index++) await carts.setItem('ada', `p${index}`, 1)
  await assert.rejects(carts.setItem('ada', 'p50', 1), { code: 'SHOP_CART_FULL' })
  assert.equal((await carts.setItem('ada', 'p0', 2)).items.length, 50)
})
