import { Form, Ground, Rod, WallShadow, times, variant, type Illustration } from './kit.tsx'
import { brass, clay, glow, iron, leaf, steel } from './materials.ts'

export const candle: Illustration = (p) => (
  <>
    <Ground rx={100} />
    <circle cx="160" cy="118" r="82" fill="url(#art-glow)" opacity="0.8" />
    <Form d="M104 158 V300 Q106 318 124 321 Q160 327 196 321 Q214 318 216 300 V158 Z" fill={p.base} sheen="round" />
    <ellipse cx="160" cy="158" rx="56" ry="14" fill={p.pale} />
    <ellipse cx="160" cy="160" rx="40" ry="8" fill={p.light} />
    <path d="M160 160 V136" stroke={iron.base} stroke-width="4" stroke-linecap="round" />
    <path d="M160 84 Q182 116 174 132 Q168 144 160 144 Q150 144 146 132 Q140 114 160 84Z" fill="#f6b13c" />
    <path d="M161 106 Q172 126 166 136 Q160 142 154 136 Q149 124 161 106Z" fill={glow} />
    <Form
      d="M226 236 V306 Q228 320 242 322 Q268 326 296 322 Q310 320 312 306 V236 Z"
      fill={variant(p, 2) === 0 ? clay.base : p.dark}
      sheen="round"
    >
      {variant(p, 2) === 0 ? (
        <path d="M220 268H320V292H220Z" fill={p.base} />
      ) : (
        <path d="M244 256h50v38h-50z" fill={clay.pale} />
      )}
    </Form>
    <ellipse cx="269" cy="236" rx="43" ry="11" fill={variant(p, 2) === 0 ? clay.pale : p.light} />
    <ellipse cx="269" cy="238" rx="36" ry="8" fill={variant(p, 2) === 0 ? p.pale : clay.light} />
    <path d="M269 238 V222" stroke={iron.base} stroke-width="4" stroke-linecap="round" />
  </>
)

export const vase: Illustration = (p) => (
  <>
    <Ground rx={76} />
    {bouquet(p)}
    {vaseBody(p)}
    <ellipse
      cx="201"
      cy="152"
      rx={variant(p, 3, 2) === 1 ? 35 : variant(p, 3, 2) === 0 ? 29 : 25}
      ry="8"
      fill={p.light}
    />
    <ellipse cx="201" cy="153" rx={variant(p, 3, 2) === 1 ? 29 : 20} ry="5" fill={p.deep} />
  </>
)

const bouquet: Illustration = (p) => (
  <>
    <g fill="none" stroke={leaf.dark} stroke-width="5" stroke-linecap="round">
      <path d="M198 160 Q190 100 150 52" />
      <path d="M202 160 Q206 90 216 40" />
      <path d="M206 160 Q228 110 268 84" />
    </g>
    {variant(p, 2) === 0 ? (
      <g fill={leaf.base}>
        {[
          [150, 52, -35],
          [168, 86, -70],
          [172, 78, 30],
          [186, 122, -80],
          [216, 40, 8],
          [206, 84, -30],
          [224, 82, 60],
          [268, 84, 60],
          [246, 96, 10],
          [236, 112, 85],
        ].map(([x, y, turn]) => (
          <g transform={`translate(${x} ${y}) rotate(${turn})`}>
            <path d="M0 6 Q-17 -14 0 -38 Q17 -14 0 6Z" />
            <path d="M0 6 Q-17 -14 0 -38Z" fill={leaf.light} />
          </g>
        ))}
      </g>
    ) : (
      [
        [150, 54, 27],
        [217, 44, 31],
        [270, 84, 24],
      ].map(([x = 0, y = 0, r = 0]) => (
        <g transform={`translate(${x} ${y})`}>
          {times(8).map((n) => (
            <ellipse
              cx="0"
              cy={-r * 0.62}
              rx={r * 0.3}
              ry={r * 0.52}
              transform={`rotate(${n * 45})`}
              fill={n < 4 ? '#f7eee0' : '#e9dcc8'}
            />
          ))}
          <circle r={r * 0.3} fill={brass.base} />
          <circle cx="-2" cy="-2" r={r * 0.16} fill={brass.pale} />
        </g>
      ))
    )}
  </>
)

const vaseBody: Illustration = (p) => (
  <>
    {variant(p, 3, 2) === 0 ? (
      <Form
        d="M172 152 Q176 186 148 208 Q118 236 124 280 Q130 318 164 322 Q200 327 238 322 Q272 318 278 280 Q284 236 254 208 Q226 186 230 152 Z"
        fill={p.base}
        sheen="ball"
      >
        <path d="M110 262 Q200 286 292 262 V340 H110Z" fill={p.dark} opacity="0.6" />
      </Form>
    ) : null}
    {variant(p, 3, 2) === 1 ? (
      <Form
        d="M166 152 L146 296 Q146 320 168 322 Q200 327 234 322 Q256 320 256 296 L236 152 Z"
        fill={p.base}
        sheen="round"
      >
        {times(7).map((n) => (
          <path d={`M${166 + n * 11.5} 150 L${150 + n * 17} 330`} stroke={p.dark} stroke-width="3.5" opacity="0.6" />
        ))}
      </Form>
    ) : null}
    {variant(p, 3, 2) === 2 ? (
      <Form
        d="M176 152 V196 Q130 206 128 262 Q130 318 168 322 Q200 327 234 322 Q272 318 274 262 Q272 206 226 196 V152 Z"
        fill={p.base}
        sheen="round"
      >
        <path d="M110 232H300V246H110ZM110 254H300V260H110Z" fill={p.pale} opacity="0.85" />
      </Form>
    ) : null}
  </>
)

export const deskLamp: Illustration = (p) => (
  <>
    <Ground x={236} rx={92} />
    <path d="M66 214 L28 322 H238 L196 176Z" fill="url(#art-glow)" opacity="0.5" />
    <Rod d="M238 304 L286 190 L182 106" colour={variant(p, 2) === 0 ? brass.dark : steel.dark} width={11} />
    <Rod
      d="M238 304 L286 190 L182 106"
      colour={variant(p, 2) === 0 ? brass.base : steel.base}
      width={7}
      light={variant(p, 2) === 0 ? brass.pale : steel.pale}
    />
    <circle cx="286" cy="190" r="14" fill={p.dark} />
    <circle cx="284" cy="188" r="10" fill={p.light} />
    <Form
      d="M160 304 Q162 290 238 290 Q314 290 316 304 V316 Q314 324 238 324 Q162 324 160 316 Z"
      fill={p.base}
      sheen="round"
    />
    <ellipse cx="238" cy="302" rx="76" ry="10" fill={p.light} />
    <g transform="rotate(28 150 130)">
      <ellipse cx="142" cy="196" rx="80" ry="17" fill={p.deep} />
      <ellipse cx="142" cy="197" rx="66" ry="12" fill={glow} />
      <Form d="M62 196 Q70 110 118 96 H166 Q214 110 222 196 Q142 176 62 196 Z" fill={p.base} sheen="round" />
      <Form d="M122 98 Q122 74 142 72 Q162 74 162 98 Q142 104 122 98Z" fill={p.dark} sheen="round" />
    </g>
  </>
)

export const floorLamp: Illustration = (p) => (
  <>
    <Ground rx={72} y={344} />
    <circle cx="200" cy="150" r="120" fill="url(#art-glow)" opacity="0.55" />
    {variant(p, 2) === 0 ? (
      <>
        <path d="M196 130 H205 V340 H196Z" fill={brass.base} />
        <path d="M196 130 H199 V340 H196Z" fill={brass.pale} />
        <Form
          d="M140 338 Q142 328 200 328 Q258 328 260 338 V344 Q258 350 200 350 Q142 350 140 344Z"
          fill={iron.base}
          sheen="round"
        />
      </>
    ) : (
      <>
        <Rod d="M202 150 L262 342" colour="#98693f" width={9} />
        <Rod d="M200 150 L204 346" colour="#b98858" width={9} light="#e3bf94" />
        <Rod d="M198 150 L138 342" colour="#b98858" width={9} light="#e3bf94" />
        <path d="M166 258 H238" stroke="#98693f" stroke-width="6" />
      </>
    )}
    <Form
      d={
        variant(p, 2, 3) === 0
          ? 'M150 56 H250 L290 164 Q200 178 110 164 Z'
          : 'M118 60 Q200 50 282 60 V166 Q200 178 118 166 Z'
      }
      fill={p.base}
      sheen="round"
    >
      <path d="M90 140 Q200 156 310 140 V190H90Z" fill={p.pale} opacity="0.6" />
      {times(9).map((n) => (
        <path d={`M${158 + n * 10.5} 50 L${118 + n * 20.5} 180`} stroke={p.dark} stroke-width="1.6" opacity="0.35" />
      ))}
    </Form>
    <path
      d={variant(p, 2, 3) === 0 ? 'M112 164 Q200 177 288 164' : 'M119 166 Q200 177 281 166'}
      stroke={glow}
      stroke-width="4"
      fill="none"
    />
  </>
)

export const pendantLight: Illustration = (p) => (
  <>
    {variant(p, 3) === 1 ? null : <path d="M96 250 L20 420 H380 L304 250Z" fill="url(#art-glow)" opacity="0.4" />}
    <path d="M200 0 V104" stroke={iron.base} stroke-width="4" />
    <Form d="M186 92 H214 L220 124 H180 Z" fill={brass.base} sheen="round" />
    {variant(p, 3) === 0 ? (
      <>
        <ellipse cx="200" cy="252" rx="118" ry="26" fill={p.deep} />
        <ellipse cx="200" cy="254" rx="104" ry="20" fill={glow} />
        <circle cx="200" cy="256" r="24" fill="#fff" />
        <Form d="M82 252 Q84 132 178 120 H222 Q316 132 318 252 Q200 226 82 252 Z" fill={p.base} sheen="ball" />
      </>
    ) : null}
    {variant(p, 3) === 1 ? (
      <>
        <circle cx="200" cy="222" r="150" fill="url(#art-glow)" opacity="0.6" />
        <Form
          d="M200 120 C272 120 306 172 306 222 C306 274 262 318 200 318 C138 318 94 274 94 222 C94 172 128 120 200 120Z"
          fill={p.light}
          sheen="ball"
        >
          {times(9).map((n) => (
            <ellipse
              cx="200"
              cy={128 + n * 23}
              rx="120"
              ry="9"
              fill="none"
              stroke={p.dark}
              stroke-width="2"
              opacity="0.4"
            />
          ))}
        </Form>
      </>
    ) : null}
    {variant(p, 3) === 2 ? (
      <>
        <ellipse cx="200" cy="282" rx="78" ry="16" fill={p.deep} />
        <ellipse cx="200" cy="283" rx="66" ry="11" fill={glow} />
        <Form
          d="M122 282 L160 132 Q162 120 180 118 H220 Q238 120 240 132 L278 282 Q200 266 122 282 Z"
          fill={p.base}
          sheen="round"
        >
          <path d="M100 246 Q200 230 300 246 V262 Q200 246 100 262Z" fill={p.pale} />
        </Form>
      </>
    ) : null}
  </>
)

const disc = (r: number): string => `M200 ${200 - r} A${r} ${r} 0 1 1 199.9 ${200 - r}Z`

export const mirror: Illustration = (p) => {
  const [outer, inner] =
    variant(p, 2) === 0
      ? [disc(134), disc(118)]
      : ['M104 360 V164 A96 110 0 0 1 296 164 V360 Z', 'M120 344 V166 A80 94 0 0 1 280 166 V344 Z']
  return (
    <>
      <WallShadow d={outer} />
      <Form d={outer} fill={p.base} sheen="plane" />
      <Form d={inner} fill="#c9d6da">
        <path d="M0 0 H210 L90 400 H0Z" fill="#e6eef0" />
        <path d="M236 0 H262 L132 400 H106Z" fill="#f6fafa" />
        <path d="M280 0 H290 L160 400 H150Z" fill="#f6fafa" />
        <path d="M0 330 Q200 270 400 320 V400 H0Z" fill="#aebfc4" opacity="0.7" />
        <path d={inner} fill="none" stroke={p.deep} stroke-width="8" opacity="0.7" />
      </Form>
      <path d={outer} fill="none" stroke={p.light} stroke-width="3" />
    </>
  )
}

export const clock: Illustration = (p) => {
  const dark = variant(p, 2) === 0
  const face = dark ? clay.pale : p.base
  const ink = dark ? iron.base : p.ink
  return (
    <>
      <WallShadow d={disc(132)} />
      <path d={disc(132)} fill={dark ? p.base : brass.base} />
      <path d={disc(132)} fill="url(#art-plane)" />
      <path d={disc(114)} fill={dark ? p.deep : brass.dark} />
      <circle cx="202" cy="203" r="111" fill={face} />
      <g stroke={ink} stroke-linecap="round">
        {times(12).map((n) => (
          <path
            d={`M200 ${n % 3 === 0 ? 116 : 108} V102`}
            stroke-width={n % 3 === 0 ? 8 : 4}
            transform={`rotate(${n * 30} 200 200)`}
          />
        ))}
        <path d="M200 208 L152 160" stroke-width="10" />
        <path d="M196 210 L252 132" stroke-width="6" />
      </g>
      <path
        d="M186 222 L240 122"
        stroke={dark ? p.base : brass.light}
        stroke-width="3"
        stroke-linecap="round"
        transform="rotate(118 200 200)"
      />
      <circle cx="200" cy="200" r="9" fill={dark ? p.dark : brass.light} />
      <path d="M200 88 A112 112 0 0 0 88 200" fill="none" stroke="#1c1420" stroke-opacity="0.12" stroke-width="12" />
    </>
  )
}
