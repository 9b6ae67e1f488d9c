import type { Money as ProtoMoney } from '../../contracts/gen/shop/common/v1/money_pb.ts'
import type { ChargeRequest } from '../../contracts/gen/shop/payment/v1/payment_pb.ts'
import { checkAddress } from '../shared/address.ts'
import { checkCardToken } from '../shared/card-token.ts'
import type { Money } from '../shared/money.ts'
import { validate, type Checker } from '../shared/validate.ts'
import type { ChargeCommand } from './decide.ts'
import type { InvoiceLine } from './payment.ts'

const maxAmountMinor = 100_000_000
const maxLines = 50

/** @throws {InvalidInputError} also when the lines do not add up to the amount. */
export function readChargeRequest(request: ChargeRequest): ChargeCommand {
  return validate((check) => {
    const amount = checkMoney(check, 'amount', request.amount)
    if (request.lines.length === 0 || request.lines.length > maxLines) {
      check.issue('lines', `must be 1 to ${maxLines} lines, got ${request.lines.length}`)
    }
    const lines = request.lines.map((line, index): InvoiceLine => {
      const path = `lines[${index}]`
      return {
        description: check.text(`${path}.description`, line.description, { min: 1, max: 200 }),
        quantity: check.integer(`${path}.quantity`, line.quantity, { min: 1, max: 99 }),
        unitPrice: checkMoney(check, `${path}.unitPrice`, line.unitPrice),
        lineTotal: checkMoney(check, `${path}.lineTotal`, line.lineTotal),
      }
    })
    const sumMinor = lines.reduce((sum, { lineTotal }) => sum + lineTotal.amountMinor, 0)
    if (sumMinor !== amount.amountMinor) check.issue('amount', `must be the sum of the lines, ${sumMinor}`)
    return {
      orderId: check.uuid('orderId', request.orderId),
      userId: check.uuid('userId', request.userId),
      amount,
      cardToken: checkCardToken(check, 'cardToken', request.cardToken, { min: 1 }),
      lines,
      address: request.address && checkAddress(check, 'address', request.address),
    }
  })
}

function checkMoney(check: Checker, path: string, message: ProtoMoney | undefined): Money {
  const amountMinor = Number(message?.amountMinor ?? 0)
  check.integer(`${path}.amountMinor`, amountMinor, { min: 1, max: maxAmountMinor })
  const currency = message?.currency ?? ''
  if (!/^[A-Z]{3}$/.test(currency)) check.issue(`${path}.currency`, 'must be three capital letters, such as EUR')
  return { amountMinor, currency }
}
