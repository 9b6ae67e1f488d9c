import type { VNode } from 'preact'
import { LocationProvider, Route, Router, useLocation } from 'preact-iso'
import { ArtDefinitions } from './art/kit.tsx'
import { OrdersPage, PasswordPage, PreferencesPage, ProfilePage } from './pages/account.tsx'
import { CartPage } from './pages/cart.tsx'
import { CategoriesPage } from './pages/categories.tsx'
import { CheckoutPage } from './pages/checkout.tsx'
import { HomePage } from './pages/home.tsx'
import { InvoicePage } from './pages/invoice.tsx'
import { MerchantPage } from './pages/merchant/merchant-page.tsx'
import { NotFoundPage } from './pages/not-found.tsx'
import { OrderPage } from './pages/order.tsx'
import { ForgotPasswordPage, ResetPasswordPage } from './pages/password-reset.tsx'
import { ProductPage } from './pages/product.tsx'
import { ShopPage } from './pages/shop.tsx'
import { RegisterPage, SignInPage } from './pages/sign-in.tsx'
import { AddedNotice } from './parts/added-notice.tsx'
import { Footer } from './parts/footer.tsx'
import { Announcer, Guard, OfflineBanner } from './parts/frame.tsx'
import { Header } from './parts/header.tsx'
import { pageChanged } from './parts/heading.tsx'

export function App(): VNode {
  return (
    <LocationProvider>
      <ArtDefinitions />
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <OfflineBanner />
      <Header />
      <Main />
      <Footer />
      <AddedNotice />
      <Announcer />
    </LocationProvider>
  )
}

interface ById {
  readonly params: { readonly id: string }
}

// The key makes each product and each order a page of its own: nothing of the last one shows through.
const ProductRoute = ({ params: { id } }: ById): VNode => <ProductPage key={id} id={id} />
const OrderRoute = ({ params: { id } }: ById): VNode => <OrderPage key={id} id={id} />
const InvoiceRoute = ({ params: { id } }: ById): VNode => <InvoicePage key={id} id={id} />

const OverviewRoute = (): VNode => <MerchantPage show={(pages) => <pages.MerchantOverviewPage />} />
const ProductsRoute = (): VNode => <MerchantPage show={(pages) => <pages.MerchantProductsPage />} />
const NewProductRoute = (): VNode => <MerchantPage show={(pages) => <pages.NewProductPage />} />
const EditRoute = ({ params: { id } }: ById): VNode => (
  <MerchantPage show={(pages) => <pages.MerchantProductPage key={id} id={id} />} />
)
const FulfilmentRoute = (): VNode => <MerchantPage show={(pages) => <pages.MerchantOrdersPage />} />
const FulfilRoute = ({ params: { id } }: ById): VNode => (
  <MerchantPage show={(pages) => <pages.MerchantOrderPage key={id} id={id} />} />
)

function Main(): VNode {
  const { url } = useLocation()
  return (
    <main id="main" tabIndex={-1}>
      <Guard url={url}>
        <Router onRouteChange={pageChanged}>
          <Route path="/" component={HomePage} />
          <Route path="/shop" component={ShopPage} />
          <Route path="/categories" component={CategoriesPage} />
          <Route path="/products/:id" component={ProductRoute} />
          <Route path="/cart" component={CartPage} />
          <Route path="/checkout" component={CheckoutPage} />
          <Route path="/sign-in" component={SignInPage} />
          <Route path="/register" component={RegisterPage} />
          <Route path="/forgot-password" component={ForgotPasswordPage} />
          <Route path="/reset-password" component={ResetPasswordPage} />
          <Route path="/account" component={OrdersPage} />
          <Route path="/account/profile" component={ProfilePage} />
          <Route path="/account/password" component={PasswordPage} />
          <Route path="/account/preferences" component={PreferencesPage} />
          <Route path="/orders/:id" component={OrderRoute} />
          <Route path="/orders/:id/invoice" component={InvoiceRoute} />
          <Route path="/merchant" component={OverviewRoute} />
          <Route path="/merchant/products" component={ProductsRoute} />
          <Route path="/merchant/products/new" component={NewProductRoute} />
          <Route path="/merchant/products/:id" component={EditRoute} />
          <Route path="/merchant/orders" component={FulfilmentRoute} />
          <Route path="/merchant/orders/:id" component={FulfilRoute} />
          <Route default component={NotFoundPage} />
        </Router>
      </Guard>
    </main>
  )
}
