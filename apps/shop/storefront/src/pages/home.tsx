import type { VNode } from 'preact'
import { shop } from '../api/shop.ts'
import type { Category, Product } from '../api/types.ts'
import { ProductPicture } from '../art/picture.tsx'
import { HeroScene, MendScene } from '../art/scenes.tsx'
import { shopUrl } from '../lib/criteria.ts'
import { categoryColour, curated } from '../lib/departments.ts'
import { useQuery } from '../lib/use-query.ts'
import { Heading } from '../parts/heading.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { GridSkeleton, ProductGrid } from '../parts/product-card.tsx'
import { Failed } from '../parts/states.tsx'

export function HomePage(): VNode {
  return (
    <>
      <section class="hero">
        <div class="wrap hero-inner">
          <div class="hero-words">
            <Heading title="">Things for the house, made to be kept</Heading>
            <p>
              Pots, lamps, linen and tables from workshops that still answer the telephone. Plain, sound, and easy to
              mend.
            </p>
            <p class="hero-actions">
              <a class="button big" href="/shop">
                Browse the shop
              </a>
              <a class="hero-second" href={shopUrl({ sort: 'newest' })}>
                See what is new
              </a>
            </p>
          </div>
          <HeroScene />
        </div>
      </section>
      <div class="wrap">
        <Promises />
        <Categories />
        <Row
          id="best-sellers"
          title="Best sellers"
          more="All products"
          href={shopUrl({})}
          load={(signal) => shop.bestSellers(8, signal)}
        />
      </div>
      <section class="band">
        <div class="wrap band-inner">
          <MendScene />
          <div>
            <h2>If it breaks, we mend it</h2>
            <p>
              Handles come off, lids get dropped. We keep spare parts for everything in the shop for ten years, and send
              them free of charge. Most repairs need nothing but a screwdriver.
            </p>
            <a href={shopUrl({ category: 'tool-boxes' })}>See our tool boxes</a>
          </div>
        </div>
      </section>
      <div class="wrap">
        <Row
          id="newest"
          title="Newly arrived"
          more="All that is new"
          href={shopUrl({ sort: 'newest' })}
          load={(signal) => shop.search({ sort: 'newest', inStock: true }, { size: 8 }, signal)}
        />
      </div>
    </>
  )
}

const promises: readonly { icon: IconName; title: string; text: string }[] = [
  { icon: 'truck', title: 'Free delivery', text: 'On every order, to all of Europe' },
  { icon: 'back', title: '30 days to return', text: 'For any reason, refunded in full' },
  { icon: 'mend', title: 'Made to be mended', text: 'Spare parts for ten years' },
]

function Promises(): VNode {
  return (
    <ul class="promises">
      {promises.map(({ icon, title, text }) => (
        <li key={title}>
          <Icon name={icon} size={26} />
          <span>
            <strong>{title}</strong>
            <span class="quiet">{text}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

function Categories(): VNode {
  const { data, error, retry } = useQuery('categories', (signal) => shop.categories(signal))
  const known = new Map(data?.categories.map((category) => [category.slug, category]))
  const shown: Category[] = curated.flatMap(({ slug }) => known.get(slug) ?? [])
  return (
    <section class="section" aria-labelledby="by-category">
      <SectionHead id="by-category" title="By category" href="/categories" more="All categories" />
      {error !== undefined && data === undefined ? <Failed error={error} retry={retry} /> : null}
      <ul class="tiles">
        {(shown.length > 0 ? shown : curated.map(({ slug }) => ({ slug, name: '', productCount: 0 }))).map(
          (category) => (
            <li key={category.slug}>
              <CategoryTile category={category} />
            </li>
          ),
        )}
      </ul>
    </section>
  )
}

export function CategoryTile({ category }: { category: Category }): VNode {
  return (
    <a
      class="tile"
      href={shopUrl({ category: category.slug })}
      aria-label={category.name === '' ? category.slug : undefined}
    >
      <ProductPicture category={category.slug} colour={categoryColour(category.slug)} seed={`${category.slug}-tile`} />
      <span class="tile-name">{category.name}</span>
      <span class="tile-count">{category.productCount === 0 ? '' : `${category.productCount} products`}</span>
    </a>
  )
}

interface RowProps {
  readonly id: string
  readonly title: string
  readonly more: string
  readonly href: string
  readonly load: (signal: AbortSignal) => Promise<{ readonly products: readonly Product[] }>
}

function Row({ id, title, more, href, load }: RowProps): VNode {
  const { data, error, retry } = useQuery(`home ${id}`, load)
  return (
    <section class="section" aria-labelledby={id}>
      <SectionHead id={id} title={title} href={href} more={more} />
      {data !== undefined ? (
        <ProductGrid products={data.products} />
      ) : error !== undefined ? (
        <Failed error={error} retry={retry} />
      ) : (
        <GridSkeleton count={8} />
      )}
    </section>
  )
}

function SectionHead({ id, title, href, more }: { id: string; title: string; href: string; more: string }): VNode {
  return (
    <div class="section-head">
      <h2 id={id}>{title}</h2>
      <a href={href}>{more}</a>
    </div>
  )
}
