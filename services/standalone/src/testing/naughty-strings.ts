/** What people may type, on purpose or not: markup, code, odd directions, long words, formulas. */
export const NAUGHTY = [
  `<script>window.executed = 1</script>`,
  `"><img src=x onerror="window.executed = 2">`,
  `'; window.executed = 3; //`,
  `<svg/onload=window.executed=4>`,
  `javascript:window.executed=5`,
  `{{constructor.constructor('window.executed=6')()}}`,
  `</title></textarea><iframe srcdoc="<script>parent.executed=7</script>">`,
  `=HYPERLINK("http://127.0.0.1:9/","click")`,
  `../../../etc/passwd%00`,
  `مُنَاقَشَةُ سُبُلِ اِسْتِخْدَامِ اللُّغَةِ \u202Etest\u202C`,
  `Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤`,
  `👩‍👩‍👧‍👦🏳️‍🌈`.repeat(8),
  `W`.repeat(180),
  `undefined null NaN {} [] -0 1e999`,
] as const;
