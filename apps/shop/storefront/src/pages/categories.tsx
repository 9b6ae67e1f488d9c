import type { VNode } from 'preact'
import { shop } from '../api/shop.ts'
import { byDepartment } from '../lib/departments.ts'
import { useQuery } from '../lib/use-query.ts'
import { Heading } from '../parts/heading.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { CategoryTile } from './home.tsx'

export function CategoriesPage(): VNode {
  const { data, error, retry } = useQuery('categories', (signal) => shop.categories(signal))
  return (
    <div class="wrap page">
      <Heading title="All categories" />
      {data === undefined ? error === undefined ? <Loading lines={8} /> : <Failed error={error} retry={retry} /> : null}
      {byDepartment(data?.categories ?? []).map(({ name, categories }) => (
        <section key={name} class="section" aria-label={name}>
          <div class="section-head">
            <h2>{name}</h2>
          </div>
          <ul class="tiles">
            {categories.map((category) => (
              <li key={category.slug}>
                <CategoryTile category={category} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
