import { render } from 'preact'
import { App } from './app.tsx'
import { startCart } from './state/cart.ts'
import { startSession } from './state/session.ts'
import { startTheme } from './state/theme.ts'

startTheme()
startCart()
void startSession()

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
