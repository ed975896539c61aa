package ragtest

import (
	"fmt"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A village is a corpus in the making: reports and their passages, each
// passage a paragraph of its report's text.
type village struct {
	reports  []corpus.Report
	passages []corpus.Passage
}

// report adds a report whose paragraphs are texts.
func (v *village) report(id, title, language string, texts ...string) {
	r := corpus.Report{
		ID: id, Title: title, Publisher: "The parish", URL: "https://parish.example/" + id,
		Published: corpus.Date{Year: 1902, Month: 5, Inferred: true}, Language: language, File: id + ".md",
		Text: strings.Join(texts, "\n"),
	}
	section := corpus.Section{Path: []string{"Places"}, End: len(r.Text)}
	start := 0
	for i, text := range texts {
		end := start + len(text)
		section.Blocks = append(section.Blocks, corpus.Block{Start: start, End: end})
		v.passages = append(v.passages, corpus.Passage{
			ID: fmt.Sprintf("%s#%d", id, i+1), Report: id, Path: section.Path, Text: text,
			Start: start, End: end, Language: language,
		})
		start = end + 1
	}
	r.Sections = []corpus.Section{section}
	v.reports = append(v.reports, r)
}

// newVillage returns the corpus that most of the suite searches. No two
// passages share a word of meaning but where a test wants it.
func newVillage() *village {
	v := &village{}
	v.report("harbour", "The harbour", "en",
		"The lighthouse was finished in 1871 and shines over twenty leagues of sea.",
		"A stone bridge carries carts and cattle across the river for two pence.",
		"Fishermen mend nets on the quay while storms keep every boat at home.",
		"Copper is kept below the northern cellar.",
		"Silver is kept below the northern cellar.")
	v.report("valley", "The valley", "en",
		"The mill grinds wheat and rye in spring, when snow melts.",
		"The bakery sells bread on Tuesdays.",
		"Abbey bells ring at dawn, by order of the prior.")
	v.report("dengta", "灯塔", "zh",
		"灯塔高四十六米，立在海港入口。",
		"石桥跨过河流，过桥要付两个铜钱。",
		"渔民用 GPS 和 radar 寻找 herring 鱼群。",
		"桥边有许多石头，上面长满青苔。",
		"漁船在颱風來時進港躲避。")
	v.report("oddities", "Oddities", "en", oddTexts...)
	v.table()
	return v
}

// oddTexts hold what trips a store: quotes, markup, separators, combining
// marks, emoji of several code points, both directions.
var oddTexts = []string{
	"The na\u00efve cafe\u0301 “curls” its quotes — and \\ back\\slashes \"too\".",
	"Seal \U0001F9AD and family \U0001F468\u200d\U0001F469\u200d\U0001F467 under a flag \U0001F3F4\u200d\u2620\ufe0f.",
	"مرحبا means hello; \u202eright to left\u202c.",
	"<b>bold</b> &amp; {braces} [brackets] `ticks` $dollar %percent ~tilde ^caret",
	"line\u2028separator\u2029paragraph\u00a0nbsp\u200bzero\ttab \ufffd replaced \ue000 private",
	"Ｆｕｌｌ ｗｉｄｔｈ trombone, ﬁne ligature, x² and ① circled",
}

// table adds a report with what only a table row has: cells, a longer path,
// a header and a kind.
func (v *village) table() {
	text := "Ferry\nOne shilling"
	cells := []corpus.Cell{{Column: "Crossing", Start: 0, End: 5}, {Column: "Fare", Start: 6, End: len(text)}}
	v.reports = append(v.reports, corpus.Report{
		ID: "fares", Title: "Fares", Language: "en", Digest: true, License: "CC-BY-4.0", Text: text,
		Sections: []corpus.Section{{Path: []string{"Fares"}, End: len(text), Blocks: []corpus.Block{
			{Kind: corpus.TableRow, End: len(text), Lead: "Ferry", Cells: cells},
		}}},
	})
	v.passages = append(v.passages, corpus.Passage{
		ID: "fares#1", Report: "fares", Path: []string{"Fares", "Ferry"}, Header: "Almanac > Fares > Ferry (1902): Crossing, Fare",
		Text: text, End: len(text), Kind: corpus.TableRow, Cells: cells, Language: "en",
	})
}

// newCrowd returns n equal passages of one report, and behind them one of
// another report that matches the same words less well.
func newCrowd(n int) *village {
	v := &village{}
	same := make([]string, n)
	for i := range same {
		same[i] = "The crowd gathers at the market cross."
	}
	v.report("crowd", "The crowd", "en", same...)
	v.report("lone", "A lone", "en", "A lone voice far behind the crowd says that the market cross has fallen and will be set up again next year.")
	return v
}
