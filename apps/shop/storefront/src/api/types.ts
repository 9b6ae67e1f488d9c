// The messages of the shop's API as they arrive: canonical protobuf JSON of apps/shop/contracts/proto.

/** int64 is a decimal string, so that no amount is ever rounded. */
export interface Money {
  readonly amountMinor: string
  readonly currency: string
}

export interface Address {
  readonly name: string
  readonly line1: string
  readonly line2: string
  readonly postalCode: string
  readonly city: string
  readonly country: string
}

export interface User {
  readonly id: string
  readonly email: string
  readonly displayName: string
  readonly address?: Address
  readonly roles: readonly Role[]
}

type Role = 'ROLE_UNSPECIFIED' | 'ROLE_CUSTOMER' | 'ROLE_MERCHANT'

export interface Session {
  readonly user: User
  readonly accessToken: string
  readonly accessExpiresAt: string
}

export type ThemePreference = 'THEME_UNSPECIFIED' | 'THEME_SYSTEM' | 'THEME_LIGHT' | 'THEME_DARK'

export interface Preferences {
  readonly theme: ThemePreference
  readonly newsletter: boolean
  readonly orderEmails: boolean
}

export interface Category {
  readonly slug: string
  readonly name: string
  readonly productCount: number
}

export interface Product {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly brand: string
  readonly categorySlug: string
  readonly categoryName: string
  readonly description: string
  readonly price: Money
  readonly attributes: readonly Attribute[]
  readonly ratingTenths: number
  readonly ratingCount: number
  readonly available: number
  readonly colour: string
  readonly version: number
  readonly retired: boolean
  /** Empty where no picture was uploaded. */
  readonly imageHash: string
}

export interface Attribute {
  readonly name: string
  readonly value: string
}

export interface SearchAnswer {
  readonly products: readonly Product[]
  readonly nextPageToken: string
  readonly totalCount: number
  readonly categories: readonly Category[]
}

/** What customers may like besides. */
export interface Recommendations {
  readonly products: readonly Product[]
  readonly source: 'RECOMMENDATION_SOURCE_CO_PURCHASE' | 'RECOMMENDATION_SOURCE_BEST_SELLERS'
  /** Second best: the best could not be had in time. */
  readonly degraded: boolean
}

export interface CartItem {
  readonly productId: string
  readonly name: string
  readonly quantity: number
  readonly unitPrice: Money
  readonly lineTotal: Money
  readonly available: number
  readonly categorySlug: string
  readonly colour: string
  readonly retired: boolean
  readonly imageHash: string
}

export interface Cart {
  readonly items: readonly CartItem[]
  readonly total?: Money
}

export type OrderStatus =
  | 'ORDER_STATUS_UNSPECIFIED'
  | 'ORDER_STATUS_PENDING'
  | 'ORDER_STATUS_RESERVED'
  | 'ORDER_STATUS_PAID'
  | 'ORDER_STATUS_REFUSED'
  | 'ORDER_STATUS_CANCELLED'
  | 'ORDER_STATUS_INTERRUPTED'
  | 'ORDER_STATUS_CREATED'
  | 'ORDER_STATUS_SHIPPED'
  | 'ORDER_STATUS_DELIVERED'
  | 'ORDER_STATUS_REFUNDED'

export interface OrderLine {
  readonly productId: string
  readonly name: string
  readonly quantity: number
  readonly unitPrice: Money
  readonly lineTotal: Money
  readonly categorySlug: string
  readonly colour: string
  readonly imageHash: string
}

interface Shipment {
  readonly carrier: string
  readonly trackingNumber: string
  readonly shippedAt: string
  readonly deliveredAt?: string
}

export interface Order {
  readonly id: string
  readonly number: string
  readonly status: OrderStatus
  readonly lines: readonly OrderLine[]
  readonly total: Money
  readonly address?: Address
  readonly refusal?: { readonly code: string; readonly message: string }
  readonly paymentLabel: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly history: readonly { readonly status: OrderStatus; readonly at: string; readonly note: string }[]
  /** Grows by one with each change. */
  readonly version: number
  readonly cancelReason: string
  readonly idempotencyKey: string
  readonly shipment?: Shipment
  readonly refundReason: string
}

export interface OrderPage {
  readonly orders: readonly Order[]
  readonly nextPageToken: string
}

export interface Invoice {
  readonly number: string
  readonly orderId: string
  readonly lines: readonly {
    readonly description: string
    readonly quantity: number
    readonly unitPrice: Money
    readonly lineTotal: Money
  }[]
  readonly total: Money
  readonly issuedAt: string
  readonly refundedAt?: string
  /** Unset on invoices from before there was one. */
  readonly address?: Address
}

export interface CardToken {
  readonly cardToken: string
  readonly brand: string
  readonly last4: string
}

/** What merchants say about a product. */
export interface ProductDraft {
  readonly name: string
  readonly brand: string
  readonly categorySlug: string
  readonly description: string
  readonly attributes: readonly Attribute[]
  readonly colour: string
}

export interface NewProduct {
  readonly sku: string
  readonly draft: ProductDraft
  readonly price: Money
  readonly initialStock: number
}

export interface PriceChange {
  readonly price: Money
  readonly at: string
  /** Empty for the price the shop opened with. */
  readonly merchantId: string
}

export interface StockLevel {
  readonly productId: string
  readonly initial: number
  readonly available: number
  readonly reserved: number
  readonly sold: number
}
