/** What things are made of: the word for a product's name, and sentences that are true of anything made of it. */
export const materials = {
  stoneware: {
    adjective: 'Stoneware',
    notes: [
      'The stoneware is fired twice, so the glaze shrugs off scratches and the dishwasher alike.',
      'Reactive glaze on stoneware means that no two come out of the kiln quite the same.',
      'Dense stoneware keeps its warmth without weighing down the hand.',
    ],
  },
  porcelain: {
    adjective: 'Porcelain',
    notes: [
      'Hard porcelain makes the edge thin and the piece tougher than it looks.',
      'Held against the light, the porcelain glows a little.',
      'The porcelain is glazed on every surface that touches food or a lip.',
    ],
  },
  earthenware: {
    adjective: 'Earthenware',
    notes: [
      'Thrown earthenware with a tin glaze gives it a soft, slightly uneven surface.',
      'The clay comes from two valleys away from the pottery.',
      'Earthenware warms up slowly and lets go of the heat just as slowly.',
    ],
  },
  glass: {
    adjective: 'Glass',
    notes: [
      'The glass is free of lead and rings when you tap it.',
      'Mouth-blown glass keeps tiny bubbles as a signature of the blower.',
      'Borosilicate glass takes a jump from fridge to boiling water calmly.',
    ],
  },
  crystal: {
    adjective: 'Crystal',
    notes: [
      'Cut facets scatter candlelight over half the table.',
      'The crystal is lead-free and surprisingly happy in a dishwasher.',
    ],
  },
  enamel: {
    adjective: 'Enamel',
    notes: [
      'Two coats of enamel over steel will outlast most kitchens.',
      'The enamel may chip if it is dropped on stone, and carries on regardless.',
      'Enamel neither takes on smells nor gives any away.',
    ],
  },
  'cast iron': {
    adjective: 'Cast Iron',
    notes: [
      'The cast iron arrives seasoned with flax oil and improves every time it is used.',
      'Heavy cast iron holds a steady heat on gas, induction or embers.',
    ],
  },
  'stainless steel': {
    adjective: 'Steel',
    notes: [
      'Brushed 18/10 steel hides fingerprints well.',
      'The steel is thick enough to stay in shape after years of knocks.',
      'All seams are welded and polished, which leaves nowhere for dirt to sit.',
    ],
  },
  'carbon steel': {
    adjective: 'Carbon Steel',
    notes: [
      'Carbon steel takes a very keen edge; wipe it dry and it will darken handsomely.',
      'A patina forms with use and protects the carbon steel underneath.',
    ],
  },
  'damascus steel': {
    adjective: 'Damascus',
    notes: [
      'Sixty-seven layers of steel show as a fine wave along the blade.',
      'The folded steel is ground at 15 degrees on each side.',
    ],
  },
  copper: {
    adjective: 'Copper',
    notes: [
      'Solid copper reacts to the flame within seconds.',
      'Left alone, the copper turns a warm brown; polished, it stays pink.',
    ],
  },
  aluminium: {
    adjective: 'Aluminium',
    notes: [
      'Recycled aluminium keeps the weight down and the price fair.',
      'The anodised aluminium does not mark where it is touched.',
      'Spun aluminium, painted inside and out, will not rust.',
    ],
  },
  'powder-coated steel': {
    adjective: 'Metal',
    notes: [
      'The powder coating is matt, dense and hard to scratch.',
      'Steel tube with a baked coating stands up to wet floors and busy hallways.',
      'Every weld is ground smooth before it is coated.',
    ],
  },
  brass: {
    adjective: 'Brass',
    notes: [
      'Unlacquered brass dulls to a quiet gold within a year.',
      'The brass parts are turned, not pressed, and it shows.',
    ],
  },
  oak: {
    adjective: 'Oak',
    notes: [
      'The oak is oiled rather than lacquered, so a scratch can be sanded out.',
      'Solid European oak, with the grain left to be seen.',
      'Oak darkens towards honey over its first summer.',
    ],
  },
  walnut: {
    adjective: 'Walnut',
    notes: [
      'Walnut offcuts from a furniture maker find a second life here.',
      'The walnut is finished with hard wax oil and smells faintly of it at first.',
    ],
  },
  beech: {
    adjective: 'Beech',
    notes: [
      'Steamed beech bends without breaking and has a fine, even grain.',
      'The beech comes from certified forests within a day’s drive of the workshop.',
    ],
  },
  ash: {
    adjective: 'Ash',
    notes: [
      'Ash is springy and light, which is why tool handles are made of it.',
      'The pale ash is soaped in the Nordic way and stays pale.',
    ],
  },
  bamboo: {
    adjective: 'Bamboo',
    notes: [
      'Bamboo grows back in five years and is harder than most timber.',
      'The bamboo strips are glued on edge for a quiet stripe.',
    ],
  },
  rattan: {
    adjective: 'Rattan',
    notes: [
      'Rattan creaks a little on the first day and then settles.',
      'The rattan core is woven damp by hand and tightens as it dries.',
    ],
  },
  seagrass: {
    adjective: 'Seagrass',
    notes: ['Seagrass smells of hay for a week or two.', 'The braided seagrass is sewn in one long spiral.'],
  },
  cork: {
    adjective: 'Cork',
    notes: [
      'Cork is warm to the touch, quiet and forgiving.',
      'The cork is pressed from what wine stoppers leave over.',
    ],
  },
  leather: {
    adjective: 'Leather',
    notes: [
      'Vegetable-tanned leather starts pale and tells its own story from there.',
      'The leather is cut from one hide, so the grain matches.',
    ],
  },
  cotton: {
    adjective: 'Cotton',
    notes: [
      'Long-staple cotton is combed before it is spun, and hardly pills.',
      'The cotton is organic and washed before it is sewn, so it keeps its size.',
      'Tightly woven cotton feels crisp at first and softer with each wash.',
    ],
  },
  linen: {
    adjective: 'Linen',
    notes: [
      'The linen is stone-washed and wants no ironing.',
      'French flax, woven in Portugal, dries in no time.',
      'Linen is cool in July and warm in January, and creases as it pleases.',
    ],
  },
  wool: {
    adjective: 'Wool',
    notes: [
      'New wool resists dirt by itself; airing it does most of the cleaning.',
      'The wool is spun from Shetland fleece and dyed in small lots.',
      'Undyed fibres run through the wool and make the colour lively.',
    ],
  },
  mohair: {
    adjective: 'Mohair',
    notes: [
      'A brushed mohair pile traps air, so it warms without weight.',
      'The mohair has a gleam that cameras never quite catch.',
    ],
  },
  velvet: {
    adjective: 'Velvet',
    notes: [
      'The cotton velvet changes tone with the direction of the pile.',
      'Dense velvet passes forty thousand rubs on the test bench.',
    ],
  },
  bouclé: {
    adjective: 'Bouclé',
    notes: [
      'Looped bouclé hides crumbs and small accidents.',
      'The bouclé yarn is mostly wool, with a little linen for grip.',
    ],
  },
  jute: {
    adjective: 'Jute',
    notes: [
      'Jute is rough underfoot in the way a beach is.',
      'The jute is hand-braided and turns a shade lighter in the sun.',
    ],
  },
  canvas: {
    adjective: 'Canvas',
    notes: [
      'Waxed canvas beads rain and can be waxed again at home.',
      'The canvas weighs 18 ounces, the sort that tents were made of.',
    ],
  },
  'recycled polyester': {
    adjective: 'Recycled',
    notes: [
      'The fabric was forty-one bottles once and is bluesign approved.',
      'Ripstop from recycled yarn is light, and shrugs off drizzle.',
    ],
  },
  paper: {
    adjective: 'Paper',
    notes: [
      'The paper is 100 g/m², acid-free, and takes fountain pen ink without feathering.',
      'Paper from a mill that has run on its own river since 1886.',
    ],
  },
  beeswax: {
    adjective: 'Beeswax',
    notes: [
      'Pure beeswax burns slowly and smells of honey even unlit.',
      'A white bloom on the beeswax is natural; a warm hand wipes it off.',
    ],
  },
  'soy wax': {
    adjective: 'Soy',
    notes: [
      'Soy wax burns cool and clean and washes out with soap.',
      'The wick is cotton, and the soy wax leaves no soot on the wall.',
    ],
  },
  marble: {
    adjective: 'Marble',
    notes: ['Each piece of marble has veins of its own.', 'The marble is honed, not polished, and stays cool all day.'],
  },
  resin: {
    adjective: 'Resin',
    notes: ['Cast resin, polished by hand, feels like a pebble.', 'The swirl in the resin is poured by eye.'],
  },
  'recycled plastic': {
    adjective: 'Recycled',
    notes: [
      'Made from fishing nets and yoghurt pots, in about equal parts.',
      'The plastic is dyed through, so scratches do not show.',
    ],
  },
  felt: {
    adjective: 'Felt',
    notes: [
      'Pressed wool felt keeps its shape and swallows sound.',
      'The felt is five millimetres thick and cut without a seam.',
    ],
  },
} as const satisfies Record<string, { adjective: string; notes: readonly string[] }>

export type MaterialName = keyof typeof materials
