import * as carried from './carried.tsx'
import * as furniture from './furniture.tsx'
import * as kitchen from './kitchen.tsx'
import { moved, type Illustration } from './kit.tsx'
import * as light from './light.tsx'
import * as tableware from './tableware.tsx'
import * as textile from './textile.tsx'

/** The illustration of each category, by slug. */
export const illustrations: ReadonlyMap<string, Illustration> = new Map<string, Illustration>([
  ['mugs', tableware.mug],
  ['plates', moved(tableware.plate, -38)],
  ['bowls', moved(tableware.bowl, -24)],
  ['glassware', tableware.glass],
  ['teapots', tableware.teapot],
  ['storage-jars', tableware.storageJar],
  ['coffee-makers', kitchen.coffeeMaker],
  ['kettles', kitchen.kettle],
  ['pans', moved(kitchen.pan, -16)],
  ['knives', kitchen.knife],
  ['cutting-boards', kitchen.cuttingBoard],
  ['kitchen-textiles', kitchen.kitchenTextile],
  ['candles', light.candle],
  ['vases', moved(light.vase, 20)],
  ['desk-lamps', light.deskLamp],
  ['floor-lamps', light.floorLamp],
  ['pendant-lights', light.pendantLight],
  ['mirrors', light.mirror],
  ['clocks', light.clock],
  ['chairs', furniture.chair],
  ['stools', furniture.stool],
  ['tables', furniture.table],
  ['shelves', furniture.shelf],
  ['sofas', moved(furniture.sofa, -14)],
  ['rugs', moved(textile.rug, -16)],
  ['cushions', textile.cushion],
  ['blankets', moved(textile.blanket, -16)],
  ['bed-linen', moved(textile.bedLinen, -14)],
  ['towels', moved(textile.towel, -12)],
  ['baskets', textile.basket],
  ['notebooks', carried.notebook],
  ['pens', carried.pen],
  ['backpacks', carried.backpack],
  ['watering-cans', carried.wateringCan],
  ['plant-pots', carried.plantPot],
  ['tool-boxes', carried.toolBox],
])
