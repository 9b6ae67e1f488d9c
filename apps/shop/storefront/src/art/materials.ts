import type { Ramp } from './colour.ts'

// Colours of stuff, not of the page: a brass fitting is brass in either theme.
export const wood: Ramp = { pale: '#e3bf94', light: '#cfa376', base: '#b98858', dark: '#98693f', deep: '#6f4a2a' }
export const walnut: Ramp = { pale: '#a88061', light: '#8c6447', base: '#744f35', dark: '#5a3b26', deep: '#41291a' }
export const steel: Ramp = { pale: '#eef1f3', light: '#d6dbe0', base: '#b4bbc3', dark: '#8a929c', deep: '#5d6570' }
export const brass: Ramp = { pale: '#f0d69c', light: '#dfb96c', base: '#c79a4b', dark: '#9d7632', deep: '#74551f' }
export const iron: Ramp = { pale: '#6c7077', light: '#54585f', base: '#3b3e44', dark: '#2b2d32', deep: '#1d1f23' }
export const clay: Ramp = { pale: '#fdf9f0', light: '#f6efe2', base: '#ebe1d0', dark: '#d3c6b0', deep: '#b3a58c' }
export const leaf: Ramp = { pale: '#a9c793', light: '#84aa75', base: '#628d5c', dark: '#466f47', deep: '#305136' }
export const paper: Ramp = { pale: '#fffdf8', light: '#faf5ea', base: '#f1eadb', dark: '#ddd3bf', deep: '#c0b49c' }
export const glow = '#fff3cf'
