import { FlatShadow, Form, Ground, Rod, times, variant, type Illustration } from './kit.tsx'
import { brass, clay, iron, steel, walnut, wood } from './materials.ts'

export const coffeeMaker: Illustration = (p) => (
  <>
    <Ground rx={104} />
    {/* A stove-top pot: eight facets, lit one by one. */}
    <Rod d="M258 150 H300 Q318 150 316 172 L308 252" colour={iron.dark} width={22} />
    <Rod d="M258 148 H298 Q314 148 312 170 L305 248" colour={iron.base} width={16} light={iron.pale} />
    <Form d="M134 226 L252 226 L276 312 Q276 322 262 323 L124 323 Q110 322 110 312 Z" fill={p.base}>
      <path d="M110 326 L134 226 H160 L146 326Z" fill={p.light} />
      <path d="M146 326 L160 226 H196 L194 326Z" fill={p.pale} />
      <path d="M238 326 L226 226 H252 L276 326Z" fill={p.dark} />
    </Form>
    <path d="M132 214 H254 V230 H132Z" fill={p.deep} />
    <path d="M132 214 H196 V219 H132Z" fill={p.dark} />
    <Form d="M120 118 L266 118 L250 216 L136 216 Z" fill={p.base}>
      <path d="M120 118 H152 L160 216 H136Z" fill={p.light} />
      <path d="M152 118 H192 L194 216 H160Z" fill={p.pale} />
      <path d="M238 118 H266 L250 216 H228Z" fill={p.dark} />
    </Form>
    <path d="M122 122 L92 126 L132 168 Z" fill={p.light} />
    <path d="M116 110 L270 110 L264 122 L122 122 Z" fill={p.dark} />
    <path d="M136 110 L168 84 H218 L250 110 Z" fill={p.base} />
    <path d="M136 110 L168 84 H190 L180 110 Z" fill={p.pale} />
    <path d="M218 84 L250 110 H224 L206 84Z" fill={p.dark} />
    <Form d="M178 86 Q176 66 182 62 H204 Q210 66 208 86 Z" fill={iron.base} sheen="round" />
    <circle cx="194" cy="262" r="7" fill={brass.base} />
    <circle cx="192" cy="260" r="3" fill={brass.pale} />
  </>
)

export const kettle: Illustration = (p) => (
  <>
    <Ground rx={108} />
    <Form d="M262 236 C304 226 296 172 340 156 L352 172 C326 188 322 250 278 274 Z" fill={p.base} sheen="fall" />
    <path d="M338 155 L354 173 L346 176 L333 161Z" fill={p.deep} />
    <Rod d="M120 190 C100 70 292 70 276 190" colour={variant(p, 2) === 0 ? wood.dark : iron.dark} width={18} />
    <Rod
      d="M120 188 C102 72 290 72 274 188"
      colour={variant(p, 2) === 0 ? wood.base : iron.base}
      width={13}
      light={variant(p, 2) === 0 ? wood.pale : iron.pale}
    />
    <Form
      d="M92 298 C88 226 140 176 198 176 C256 176 308 226 304 298 Q304 322 280 323 H116 Q92 322 92 298 Z"
      fill={p.base}
      sheen="ball"
    >
      <path d="M80 296 H320 V330 H80Z" fill={p.deep} opacity="0.55" />
    </Form>
    <Form d="M142 186 Q150 166 198 164 Q246 166 254 186 Q198 202 142 186Z" fill={p.light} sheen="round" />
    <circle cx="198" cy="152" r="15" fill={variant(p, 2) === 0 ? wood.base : iron.base} />
    <circle cx="193" cy="147" r="5" fill="#fff" opacity="0.5" />
    <path
      d="M114 270 Q118 224 152 202"
      fill="none"
      stroke="#fff"
      stroke-opacity="0.6"
      stroke-width="9"
      stroke-linecap="round"
    />
    <circle cx="121" cy="192" r="8" fill={brass.base} />
    <circle cx="275" cy="192" r="8" fill={brass.dark} />
  </>
)

export const pan: Illustration = (p) =>
  variant(p, 2) === 0 ? (
    <>
      <Ground rx={130} />
      <Rod d="M70 236 H40" colour={p.deep} width={26} />
      <Rod d="M70 234 H42" colour={p.base} width={18} light={p.light} />
      <Rod d="M330 236 H360" colour={p.deep} width={26} />
      <Rod d="M330 234 H358" colour={p.dark} width={18} light={p.base} />
      <Form d="M68 212 H332 V292 Q332 322 300 323 H100 Q68 322 68 292 Z" fill={p.base} sheen="round" />
      <path d="M60 204 H340 V220 H60Z" fill={p.dark} />
      <Form d="M66 206 Q80 152 200 146 Q320 152 334 206 Q200 218 66 206Z" fill={p.light} sheen="round" />
      <path
        d="M104 186 Q130 164 178 160"
        fill="none"
        stroke="#fff"
        stroke-opacity="0.6"
        stroke-width="8"
        stroke-linecap="round"
      />
      <Form d="M178 148 L184 124 H216 L222 148 Q200 154 178 148Z" fill={brass.base} sheen="round" />
      <ellipse cx="200" cy="124" rx="24" ry="8" fill={brass.light} />
    </>
  ) : (
    <>
      <Ground x={160} rx={116} />
      <Rod d="M262 262 L368 206" colour={walnut.deep} width={24} />
      <Rod d="M262 260 L366 204" colour={walnut.base} width={18} light={walnut.pale} />
      <path d="M248 254 L288 234 L298 252 L256 276Z" fill={steel.dark} />
      <Form d="M32 250 Q36 308 78 320 Q158 332 238 320 Q282 308 286 250 Z" fill={p.dark} sheen="round" />
      <ellipse cx="159" cy="250" rx="127" ry="42" fill={p.light} />
      <ellipse cx="159" cy="252" rx="119" ry="37" fill={iron.dark} />
      <ellipse cx="163" cy="262" rx="100" ry="27" fill={iron.base} />
      <path
        d="M82 254 Q110 236 162 236"
        fill="none"
        stroke="#fff"
        stroke-opacity="0.28"
        stroke-width="7"
        stroke-linecap="round"
      />
    </>
  )

/** Lying down, seen from above. */
export const knife: Illustration = (p) => (
  <>
    <g transform="rotate(-32 200 210)">
      <FlatShadow
        d="M28 228 Q60 204 110 202 H356 Q386 200 386 226 Q386 248 366 248 Q350 248 340 240 L236 262 Q90 262 28 228Z"
        x={-6}
        y={22}
      />
      {variant(p, 2) === 0 ? (
        <Form d="M22 214 Q60 262 168 266 H236 V200 H60 Q34 204 22 214Z" fill={steel.base}>
          <path d="M0 200 H236 V224 H70 Q40 222 22 214Z" fill={steel.pale} />
          <path d="M20 226 Q80 256 168 256 H236 V270 H20Z" fill={steel.light} />
        </Form>
      ) : (
        <>
          <path d="M28 236 Q84 250 160 250 H236 V212 H110 Q60 216 28 236Z" fill={steel.base} />
          <path d="M28 236 Q60 214 110 208 H236 V226 H112 Q66 228 28 236Z" fill={steel.pale} />
        </>
      )}
      <path d="M230 198 H252 V262 Q230 262 230 250Z" fill={steel.dark} />
      <Form
        d="M250 200 H356 Q386 200 386 226 Q386 248 366 248 Q350 248 340 240 Q300 250 250 246 Z"
        fill={p.base}
        sheen="fall"
      />
      {times(3).map((n) => (
        <>
          <circle cx={276 + n * 36} cy="222" r="6.5" fill={brass.dark} />
          <circle cx={275 + n * 36} cy="221" r="4.5" fill={brass.pale} />
        </>
      ))}
      <path d="M96 214 H214" stroke="#fff" stroke-width="4" stroke-linecap="round" opacity="0.9" />
    </g>
  </>
)

export const cuttingBoard: Illustration = (p) => (
  <>
    <Ground x={206} rx={96} ry={13} />
    <path
      d="M128 124 Q128 108 146 106 L176 104 Q180 60 204 60 Q228 60 232 104 L262 106 Q282 108 284 124 L300 304 Q300 324 280 324 H136 Q118 324 118 304Z"
      fill={p.deep}
      transform="translate(9 2)"
    />
    <Form
      d="M122 124 Q122 108 140 106 L170 104 Q174 58 198 58 Q222 58 226 104 L256 106 Q276 108 277 124 L292 304 Q292 322 274 322 H126 Q110 322 110 304 Z"
      fill={p.base}
      sheen="plane"
    >
      <g fill="none" stroke={p.dark} stroke-width="2.6" opacity="0.6">
        {variant(p, 2) === 0 ? (
          <>
            <path d="M144 96 Q134 200 146 330M170 96 Q182 190 164 330M212 50 Q200 200 216 330M246 96 Q262 200 246 330" />
            <path d="M190 180 Q200 160 208 184 Q200 214 190 180Z" />
          </>
        ) : (
          <path d="M136 100 L126 330M166 100 L160 330M198 130V330M230 100 L238 330M258 100 L270 330" />
        )}
      </g>
      {variant(p, 2) === 1 ? (
        <>
          <path d="M166 96 L160 330 H198 V96Z" fill={p.light} opacity="0.8" />
          <path d="M230 96 L238 330 H270 L258 96Z" fill={p.dark} opacity="0.35" />
        </>
      ) : null}
    </Form>
    <ellipse cx="198" cy="84" rx="12" ry="13" fill={p.deep} />
    <path d="M187 88 Q198 102 209 88 Q206 97 198 97 Q190 97 187 88Z" fill={p.light} />
    <path d="M126 126 L114 300" stroke="#fff" stroke-opacity="0.45" stroke-width="4" stroke-linecap="round" />
  </>
)

/** A tea towel over a peg. */
export const kitchenTextile: Illustration = (p) => (
  <>
    <g opacity="0.16" transform="translate(12 12)">
      <path d="M112 96 L288 96 L296 330 L104 330Z" class="art-shade" />
    </g>
    <Form
      d="M116 96 Q150 84 200 88 Q250 84 286 96 L294 318 Q272 328 246 318 Q222 330 196 320 Q170 330 148 318 Q126 328 106 318 Z"
      fill={variant(p, 2) === 0 ? clay.pale : p.base}
    >
      {variant(p, 2) === 0 ? (
        <>
          <path
            d="M100 120H300V132H100ZM100 140H300V145H100ZM100 270H300V286H100ZM100 293H300V298H100Z"
            fill={p.base}
          />
          <path d="M136 80H146V340H136ZM254 80H264V340H254Z" fill={p.base} opacity="0.55" />
        </>
      ) : (
        times(9).map((n) => <path d={`M100 ${104 + n * 26}H300V${110 + n * 26}H100Z`} fill={p.pale} opacity="0.8" />)
      )}
      <path d="M160 88 Q152 200 166 340 H186 Q174 200 184 88Z" class="art-shade" opacity="0.08" />
      <path d="M238 88 Q250 200 236 340 H262 Q272 200 258 88Z" class="art-shade" opacity="0.1" />
      <path d="M272 90 L280 340 H310 V90Z" class="art-shade" opacity="0.12" />
      <path d="M124 92 Q116 220 122 340" stroke="#fff" stroke-opacity="0.5" stroke-width="8" fill="none" />
    </Form>
    <Rod d="M200 88 C186 72 188 56 200 56 C212 56 214 72 200 88" colour={p.dark} width={5} />
    <circle cx="200" cy="58" r="13" fill={wood.dark} />
    <circle cx="198" cy="56" r="11" fill={wood.light} />
  </>
)
