/** The style of the /docs page; its digest is in the Content-Security-Policy of the answer. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--fg:#1a1d21;--dim:#5b6470;--bg:#fff;--card:#f6f7f9;--line:#d9dde3;--get:#0b6e4f;--post:#1f4fbf;--other:#8a4b08}
@media (prefers-color-scheme:dark){:root{--fg:#e8eaed;--dim:#a2abb8;--bg:#14171b;--card:#1d2127;--line:#343b45;--get:#5fd3a8;--post:#8fb2ff;--other:#f0b36b}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
main{max-width:60rem;margin:0 auto;padding:1rem 1rem 4rem}
a{color:inherit}
nav ul{columns:18rem;padding-left:1.2rem}
h2{margin-top:2.5rem;border-bottom:1px solid var(--line);text-transform:capitalize}
article{background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:.75rem 1rem}
article h3{margin:0;font:600 1rem/1.6 ui-monospace,monospace;overflow-wrap:anywhere}
.get{color:var(--get)}.post{color:var(--post)}.put,.patch,.delete{color:var(--other)}
.dim{color:var(--dim);font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}
code,pre{font-family:ui-monospace,monospace;font-size:.85rem}
pre{overflow-x:auto;margin:.5rem 0;padding:.6rem;border:1px solid var(--line);border-radius:.35rem;background:var(--bg)}
summary{cursor:pointer;padding:.25rem 0}
:focus-visible{outline:2px solid var(--post);outline-offset:2px}
`;
