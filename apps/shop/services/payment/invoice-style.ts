/** How an invoice looks: dark ink on white, on a screen, a phone and A4. No fonts, pictures or colours to fetch. */
export const invoiceStyle = `
:root { color-scheme: only light; }
* { box-sizing: border-box; }
@page { size: A4; margin: 18mm 16mm; }
body { margin: 0; background: #f2efe8; color: #1f1d1a; font: 15px/1.5 system-ui, 'Segoe UI', 'Liberation Sans', sans-serif; }
main { max-width: 210mm; margin: 24px auto; padding: 16mm; background: #fff; border: 1px solid #ded9ce; }
h1 { margin: 0 0 4px; font: 600 26px/1.25 Georgia, 'DejaVu Serif', serif; }
p { margin: 0; }
.quiet { color: #5f594f; }
header, .facts { display: flex; flex-wrap: wrap; gap: 24px 48px; justify-content: space-between; margin-bottom: 32px; }
header > address { text-align: right; }
address { font-style: normal; overflow-wrap: anywhere; }
dl { margin: 0; }
dt { color: #5f594f; font-size: 13px; }
dd { margin: 0 0 8px; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding-bottom: 8px; }
th, td { padding: 8px 0 8px 16px; text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #1f1d1a; font-size: 13px; }
tbody td { border-bottom: 1px solid #ded9ce; }
tfoot th, tfoot td { border: 0; font-weight: 400; }
tfoot .sum th, tfoot .sum td { border-top: 2px solid #1f1d1a; font-weight: 700; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
tfoot { display: table-row-group; break-inside: avoid; }
.note { margin-top: 24px; padding: 12px 16px; border: 1px solid #8b8477; break-inside: avoid; }
footer { margin-top: 40px; font-size: 13px; color: #5f594f; break-inside: avoid; }
@media (max-width: 600px) {
  main { margin: 0; padding: 20px 16px; border: 0; }
  header > address { text-align: left; }
  th, td { padding-left: 10px; }
}
@media print {
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; margin: 0; padding: 0; border: 0; }
}
`
