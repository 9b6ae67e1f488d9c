/// <reference types="node" />
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backdropOf, inkOn, rampOf } from './colour.ts'

const colours = ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#e9e2d2', '#33363b', '#c3963d']

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

test('the base of a ramp is the colour that was given', () => {
  for (const colour of colours) assert.equal(rampOf(colour).base, colour)
})

test('from pale to deep a ramp never gets lighter, whatever the colour', () => {
  for (const colour of colours) {
    const { pale, light, base, dark, deep } = rampOf(colour)
    const steps = [pale, light, base, dark, deep].map(luminance)
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => b - a),
      colour,
    )
  }
})

test('the backdrop is light in the light theme and dark in the dark one, and ink can be read on any colour', () => {
  for (const colour of colours) {
    const wall = backdropOf(colour)
    assert.ok(luminance(wall.light) > 0.55 && luminance(wall.dark) < 0.2, colour)
    const [a, b] = [luminance(inkOn(colour)), luminance(colour)].toSorted((x, y) => y - x) as [number, number]
    assert.ok((a + 0.05) / (b + 0.05) > 2.5, colour)
  }
})

test('a colour that is none gives a neutral picture instead of a broken one', () => {
  assert.match(rampOf('tomato').base, /^#[0-9a-f]{6}$/)
})
