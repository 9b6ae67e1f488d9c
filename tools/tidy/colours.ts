import type { Finding, Repository } from './repository.ts'

// The page's colours; pictures of goods, whose colours are the goods'; and the goods' colours.
const owners = /\/styles\/tokens\.css$|\/src\/art\/|\/public\/.*\.svg$|\/lib\/departments\.ts$|\.test\.tsx?$/
const literal = /(?<![\w&/])#(?:[\da-f]{8}|[\da-f]{6}|[\da-f]{3,4})\b|\b(?:rgba?|hsla?|hwb|oklch|oklab|lab|lch)\(/gi

/** Colours written into the storefront's pages and styles, where they would miss the other theme. */
export function checkColours(repository: Repository): Finding[] {
  const findings: Finding[] = []
  for (const [path, text] of repository.texts) {
    if (!/^apps\/[^/]+\/storefront\/(src|index\.html)/.test(path) || owners.test(path)) continue
    text.split('\n').forEach((content, index) => {
      for (const [colour] of content.matchAll(literal)) {
        findings.push({ path, line: index + 1, message: `${colour}: colours of the page are in styles/tokens.css` })
      }
    })
  }
  return findings
}
