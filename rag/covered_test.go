package rag_test

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// TestStatedInOtherWords holds that a question is answered by the sentence that holds its weighty
// words, though one of its words sounds like an attribute that is not stated, or is not known.
func TestStatedInOtherWords(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string]string{
		"which weights are behind the store of Gravholt":            "40-tonne weights",
		"who gets the revenue share of Tidewick":                    "of revenue",
		"what happens to iron in Ferrovane's batteries":             "rust",
		"弘川钒储便不便宜":                                                  "2.3 元/wh",
		"Is it true that Gravholt lifts 40-ton elephants?":          "40-tonne weights",
		"Gravholt was founded by Elon Musk, true?":                  "ingrid solheim",
		"who set up Cangshi CAES":                                   "三位热能工程师",
		"how many founders does Ferrovane have":                     "tobias lindqvist",
		"Kilnstone Thermal 卖的是什么":                                   "sells the heat",
		"heard Saltmarsh Power builds next to coal stations, true?": "next to closed coal stations",
	} {
		if a := w.ask(t, question); a.Status != rag.Answered || !says(a, want) {
			t.Errorf("%q: status %s, want %q\n%s", question, a.Status, want, a.Render())
		}
	}
}

// TestStaysUncovered holds that a question with one word of the reports, and a telling one that none
// of them knows, is not answered by the sentence with the one.
func TestStaysUncovered(t *testing.T) {
	w := landscape(t)
	for _, question := range []string{
		"why did Gravholt sell its casino",
		"Does Kilnstone Thermal insure its dragons",
		"which university taught the founder of Oxbow Reserve to skate",
		"云枢调度的 CTO 毕业于哪所大学",
		"why did Pallas Storage sue Northfold Ventures for libel",
		"who painted the logo of Corvid Ionics",
	} {
		if a := w.ask(t, question); a.Status == rag.Answered {
			t.Errorf("%q is answered:\n%s", question, a.Render())
		}
	}
}

// TestWordsSideBySide holds that two words of one sentence are no unknown name, though no passage
// prints the one right behind the other.
func TestWordsSideBySide(t *testing.T) {
	w := landscape(t)
	if a := w.ask(t, "how efficient is the Kolberget Sweden plant"); a.Status != rag.Answered || !says(a, "82 per cent") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
	if a := w.ask(t, "who runs the Basalt Penguin Fund?"); a.Status == rag.Answered {
		t.Errorf("an unknown name is answered:\n%s", a.Render())
	}
}

// A note is an invented report: its publisher, the month of 2024 in which it came out (0 for none), its text.
type note struct {
	publisher string
	month     int
	text      string
}

// reported returns an engine over invented reports.
func reported(t *testing.T, notes ...note) *world {
	t.Helper()
	var reports []corpus.Report
	for _, n := range notes {
		meta := corpus.Meta{ID: strings.ToLower(strings.Fields(n.publisher)[0]), Title: "Report of " + n.publisher, Publisher: n.publisher}
		if n.month > 0 {
			meta.Published = corpus.Date{Year: 2024, Month: n.month}
		}
		r, err := corpus.Read(meta.ID+".md", []byte(n.text), meta)
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	cfg, err := configOf(reports)
	if err != nil {
		t.Fatal(err)
	}
	return newWorld(cfg)
}

// invented returns an engine over one report of a text.
func invented(t *testing.T, text string) *world {
	t.Helper()
	return reported(t, note{"A", 0, text})
}

// TestFigureOfSomethingElse holds that a number, which is not of what is asked, does not answer: a
// version, "around the clock", a list of other things, another project's figure.
func TestFigureOfSomethingElse(t *testing.T) {
	w := invented(t, `# Tools

## Companies

### Quillmark

Quillmark is a pump maker. With Valve V2 it runs agents (24/7) for its tokens. It allows users to pick from models, sounds and maps. It has three offices.

### Ostrava Kiln

Ostrava Kiln bakes bricks. Its ovens meet two norms that Quillmark fails.
`)
	for _, q := range []string{
		"what is the total supply of Quillmark's token",
		"how many registered users does Quillmark have",
		"how many ovens does Quillmark have in total",
	} {
		if a := w.ask(t, q); a.Status == rag.Answered {
			t.Errorf("%q is answered:\n%s", q, a.Render())
		}
	}
	if a := w.ask(t, "how many offices does Quillmark have"); a.Status != rag.Answered || !says(a, "three offices") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}

// TestShareOfWhatIsCounted holds that a share of the very thing tells how much of it there is.
func TestShareOfWhatIsCounted(t *testing.T) {
	w := invented(t, "# Tools\n\n## Companies\n\n### Quillmark\n\nQuillmark 是一家水泵公司。玩家游戏时可能只用 15% 的算力，Quillmark 利用其余部分。\n")
	if a := w.ask(t, "Quillmark 说玩家一般只用多少算力"); a.Status != rag.Answered || !says(a, "15%") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}

// TestNameIsThePoint holds that a question about a name is answered from where the name stands, and
// one about a name that nothing is said of is not.
func TestNameIsThePoint(t *testing.T) {
	w := landscape(t)
	if a := w.ask(t, "where does Ingrid Solheim work"); a.Status != rag.Answered || !says(a, "gravholt") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
	for _, q := range []string{"what is Aldgate Gas Networks valued at", "what is the valuation of Xylotron", "Xylotron 的估值是多少"} {
		if a := w.ask(t, q); a.Status == rag.Answered {
			t.Errorf("%q is answered:\n%s", q, a.Render())
		}
	}
}

// TestWhatThePartDoes holds that the sentence which says what a part is comes before those that name it.
func TestWhatThePartDoes(t *testing.T) {
	w := invented(t, `# Tools

## Companies

### Quillmark

Quillmark sold its Sifter for $9 million. Quillmark earned more by a Sifter sale in May. Quillmark plans to move the Sifter to Brno. Sifter is responsible for watching the pressure in the pipes. Anybody may buy a pump.
`)
	if a := w.ask(t, "what does the Sifter do at Quillmark"); a.Status != rag.Answered || !says(a, "watching the pressure") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}

// TestTellsApart holds that of the words of a question the one counts most that tells the sentences
// about its project apart.
func TestTellsApart(t *testing.T) {
	w := invented(t, `# Tools

## Companies

### Quillmark

Quillmark makes the pump Zonda and the valve Mistral. Quillmark Zonda moves water out of wells. Quillmark Zonda costs little to run in winter. Quillmark Zonda is sold by four shops in Moravia. Quillmark casts its base from zinc. Farmers like it.

### Ambler

Ambler has a base in Brno.

### Burdock

Burdock sells ladders in Brno.

### Corrigan

Corrigan sells tiles in Graz.

### Dunmore

Dunmore sells ropes in Linz.

### Elswick

Elswick sells nails in Turin.

### Farrow

Farrow sells lamps in Lviv.
`)
	if a := w.ask(t, "base of the Zonda of Quillmark"); a.Status != rag.Answered || !strings.Contains(a.Sentences[0].Text, "from zinc") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}

// TestLineOfNames holds that a line which names a person, an office and a firm is no title.
func TestLineOfNames(t *testing.T) {
	w := invented(t, `# Tools

Marta, Founder, Quillmark

## Companies

### Quillmark

Quillmark is a pump maker of twenty people in Brno.
`)
	if a := w.ask(t, "who founded Quillmark"); a.Status != rag.Answered || !says(a, "marta") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}
