/// The style sheet of a report: readable on a telephone and on a wide screen, in light and in dark.
enum PageStyle {
    static let css = """
        :root{color-scheme:light dark;--bg:#fff;--card:#f6f7f9;--text:#22272c;--soft:#5c6670;--rule:#dfe3e8;--good:#00785a;--bad:#b34700}
        @media (prefers-color-scheme:dark){:root{--bg:#15191d;--card:#1d2227;--text:#dde3e9;--soft:#9aa4ae;--rule:#333b43;\
        --good:#2cc295;--bad:#f0803c}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--text);font:16px/1.55 \(DrawingStyle.fonts)}
        main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}
        h1{font-size:1.75rem;line-height:1.2;margin:0 0 .6rem}
        h2{font-size:1.25rem;margin:2.6rem 0 .6rem;padding-top:1.2rem;border-top:1px solid var(--rule)}
        h3{font-size:1rem;margin:1.2rem 0 .4rem}
        .lead{font-size:1.1rem;max-width:44rem;margin:0 0 1.4rem}
        .note,figcaption{color:var(--soft);font-size:.9rem;max-width:46rem;margin:.2rem 0 .9rem}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin:0 0 1.2rem}
        .tiles div{background:var(--card);border-radius:.6rem;padding:.8rem 1rem}
        .tiles b{display:block;font-size:1.45rem;line-height:1.25;font-variant-numeric:tabular-nums}
        .tiles span{display:block;color:var(--soft);font-size:.85rem;line-height:1.35}
        .facts{margin:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));column-gap:2rem}
        .facts div{display:flex;gap:1rem;padding:.35rem 0;border-bottom:1px solid var(--rule)}
        .facts dt{color:var(--soft);flex:0 0 8.5rem}.facts dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
        th,td{padding:.42rem .7rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
        thead th{color:var(--soft);font-weight:600;white-space:normal;vertical-align:bottom;line-height:1.25}
        th:first-child{text-align:left;padding-left:0}tbody th{font-weight:600}
        figure{margin:1.2rem 0}figure svg{display:block;min-width:32rem}
        .small{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:1rem}
        .small figure{margin:0}.small svg{min-width:0}
        .example>div{min-width:0}.example{display:grid;grid-template-columns:9.5rem 1fr;gap:.5rem 1.5rem;padding:1.1rem;margin:1rem 0;border:1px solid var(--rule);\
        border-radius:.6rem}
        .example img{width:7.5rem;height:auto;image-rendering:pixelated;border-radius:.35rem;display:block}
        .example p{margin:.5rem 0 0;font-size:.9rem;line-height:1.4}.example figure{margin:0 0 .4rem}
        .example figure svg{min-width:28rem}
        .good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}
        pre{background:var(--card);padding:.9rem 1rem;border-radius:.6rem;overflow-x:auto;font-size:.85rem;line-height:1.5}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
        @media (max-width:40rem){main{padding:1.2rem .9rem 3rem}.example{grid-template-columns:1fr}.facts dt{flex-basis:7rem}\
        .facts{grid-template-columns:1fr}h1{font-size:1.45rem}}
        @media print{.example{break-inside:avoid}}

        """
}
