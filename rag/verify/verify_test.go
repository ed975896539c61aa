package verify

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/waymark-bot/waymark/corpus"
)

// TestSeveralSources checks sentences that rest on more than one citation.
func TestSeveralSources(t *testing.T) {
	works := Source{Text: "Tidal Works raised 12 million euros in May.", Subject: []string{"Tidal Works", "TW"}}
	systems := Source{Text: "It employs 40 people. It raised 5 million euros in 2021.", Subject: []string{"Wave Systems"}}
	tests := []struct {
		sentence string
		subjects []string
		want     Reason
	}{
		{"Tidal Works raised €12 million and Wave Systems €5 million.", nil, ""},
		{"Tidal Works raised €12 million, Wave Systems raised €5 million.", nil, ""},
		{"Tidal Works raised €5 million, Wave Systems raised €12 million.", nil, Subject},
		{"Tidal Works raised €12 million, Wave Systems raised €15 million.", nil, Figure},
		{"Tidal Works raised €12 million, Gale Power raised €5 million.", nil, Name},
		{"It raised 5 million euros.", []string{"Wave Systems"}, ""},
		{"Raised: Tidal Works €12 million; Wave Systems €5 million", []string{"Tidal Works", "Wave Systems"}, ""},
	}
	c := New(vocabulary(t), nil, []string{"Tidal Works", "TW"}, []string{"Wave Systems"})
	for _, tt := range tests {
		if v := c.Check(tt.sentence, []Source{works, systems}, tt.subjects); v.Reason != tt.want {
			t.Errorf("Check(%q) = %q %s, want %q", tt.sentence, v.Reason, v.Detail, tt.want)
		}
	}
}

// TestNames checks names that are known beforehand, with their other spellings.
func TestNames(t *testing.T) {
	names := [][]string{{"Harbour Museum", "HM", "港口博物馆"}, {"io.quay"}, {"Render"}}
	c := New(vocabulary(t), nil, names...)
	tests := []struct {
		name, sentence string
		source         Source
		want           Reason
	}{
		{"alias", "HM opened in 1931.", Source{Text: "The Harbour Museum opened in 1931."}, ""},
		{"alias in Chinese", "港口博物馆于 1931 年开放。", Source{Text: "The Harbour Museum opened in 1931."}, ""},
		{"no capital", "In 1931 io.quay opened.", Source{Text: "In 1931 it opened.", Subject: []string{"Harbour Museum"}}, Subject},
		{"of the subject", "The Harbour Museum opened in 1931.", Source{Text: "It opened in 1931.", Subject: []string{"HM"}}, ""},
		{"of another", "The Harbour Museum opened in 1931.", Source{Text: "It opened in 1931.", Subject: []string{"io.quay"}}, Subject},
		{"in a heading alone", "The Harbour Museum opened in 1931.", Source{Text: "It opened in 1931.", Heading: "Harbour Museum > History"}, ""},
		{"a heading of others too", "The Harbour Museum opened in 1931.", Source{Text: "It opened in 1931.", Subject: []string{"io.quay"}, Heading: "Harbour Museum and io.quay"}, Subject},
		{"with the ending of an owner", "Io.quay's museum opened in 1931.", Source{Text: "It opened in 1931.", Subject: []string{"Harbour Museum"}}, Subject},
		{"everyday word", "They render fat in the kitchen of 1931.", Source{Text: "Fat was rendered in the kitchen of 1931."}, ""},
	}
	for _, tt := range tests {
		if v := c.Check(tt.sentence, []Source{tt.source}, nil); v.Reason != tt.want {
			t.Errorf("%s: Check(%q) = %q %s, want %q", tt.name, tt.sentence, v.Reason, v.Detail, tt.want)
		}
	}
}

func TestCheckWithoutSources(t *testing.T) {
	c := New(vocabulary(t), nil)
	if v := c.Check("The tunnel is open.", nil, nil); v.Supported || v.Detail == "" {
		t.Errorf("Check without sources = %+v, want a fault with its detail", v)
	}
	if v := c.Check(" ", []Source{{Text: "The tunnel is open."}}, nil); !v.Supported {
		t.Errorf("Check of nothing = %+v, want it supported", v)
	}
}

// TestConcurrently shares one checker.
func TestConcurrently(t *testing.T) {
	c := newChecker(t, nil)
	couples := readPairs(t)
	want := make([]Verdict, len(couples))
	for i, p := range couples {
		want[i] = c.Check(p.sentence, []Source{p.source}, p.about)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, p := range couples {
				if got := c.Check(p.sentence, []Source{p.source}, p.about); got != want[i] {
					t.Errorf("Check(%q) = %+v beside others, %+v alone", p.sentence, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestReadFigures(t *testing.T) {
	c := New(vocabulary(t), nil)
	tests := []struct {
		text string
		want string
	}{
		{"The port handled 14.8 million containers in 2022.", "14.8 million=1.48e+07 2022=2022"},
		{"on 24 May 2022 and in 2023-09", "24 May 2022=2022-05-24 2023-09=2023-09"},
		{"2000 万欧元，占 15%", "2000 万欧元=EUR2e+07 15%=15%"},
		{"a third of them, two thirds, one in four, 三分之二", "a third=frac0.333 two thirds=frac0.667 one in four=frac0.25 三分之二=frac0.667"},
		{"three ships, twenty-five men, two hundred and a dozen", "three=3 twenty-five=25 two hundred=200 dozen=12"},
		{"三艘船、第五届、二十五人、一些人、四川、三明治", "三=3 五=ord5 二十五=25"},
		{"the third hall, the 7th floor", "third=ord3 7th=ord7"},
		{"2.5x faster, 8 times as much, 三倍", "2.5x=times2.5 8=times8 三=times3"},
		{"5-6 million euros, 10 to 15 percent", "5=EUR5e+06 6 million euros=EUR6e+06 10=10% 15=15%"},
		{"GPT-4, H100, 3D, L2, 0G", ""},
		{"last year", "last year=2023"},
		{"去年 9 月", "去年 9 月=2023-09"},
		{"one of them, one person", ""},
		{"on March 5, and May 7th 2021", "March 5= May 7th 2021=2021-05-07"},
		{"at 18% to €13 million", "18%=18% €13 million=EUR1.3e+07"},
		{"split 50/40/10 percent", "50=50% 40=40% 10=10%"},
	}
	for _, tt := range tests {
		text := plain(tt.text)
		var got []string
		for _, f := range c.readFigures(text, scan(text), 2024) {
			got = append(got, f.text+"="+describeFigure(f))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("readFigures(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestReadDenials(t *testing.T) {
	tests := []struct{ text, want string }{
		{"It has not been opened.", "not(open)"},
		{"not only ships but also trams", ""},
		{"no-code tools, no doubt", ""},
		{"It doesn't contain cobalt, nor nickel.", "doesn't(contain cobalt) nor(nickel)"},
		{"It neither floats nor sinks.", "neither(float)"},
		{"尚未开放", "尚未(开放)"},
		{"不仅如此，未来不断扩建，无论大小", ""},
		{"无需供暖", ""},
		{"并非如此", "并非(如此)"},
		{"数据不可以出境", "不可以(出境)"},
		{"no more than 40, no fewer than 3", ""},
		{"不到 40 人，不少于 3 人，不利因素", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, d := range readDenials(scan(plain(tt.text))) {
			if !d.soft {
				got = append(got, d.text+"("+strings.Join(d.scope, " ")+")")
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("readDenials(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

// FuzzCheck holds what must be true of any text: nothing breaks, a fault has a reason and a
// detail, and each sentence of a text is supported by it.
func FuzzCheck(f *testing.F) {
	f.Add("The ferry carries up to 390 cars.", "Up to 390 cars fit on the ferry. It isn't new.", "Ferry")
	f.Add("渡轮可载 390 辆汽车：未来不会增加。", "这艘渡轮能够搭载 1200 名乘客、390 辆汽车。\n2000 万", "渡轮")
	f.Add("A: “B” (3: C, D)", "2023-09-1 万亿 $ 5-", "")
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		f.Fatal(err)
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		f.Fatal(err)
	}
	c := New(v, g, []string{"Ferry", "渡轮"})
	f.Fuzz(func(t *testing.T, sentence, text, name string) {
		source := Source{Text: text, Subject: []string{name}, Heading: name, Published: corpus.Date{Year: 2024}}
		got := c.Check(sentence, []Source{source, {Text: sentence}}, []string{name})
		if got.Supported != (got.Reason == "") || got.Supported != (got.Detail == "") {
			t.Errorf("Check(%q) = %+v: want a reason and a detail with every fault, and none without", sentence, got)
		}
		c.check(sentence, []Source{source}, nil, false)
		for _, sp := range corpus.Sentences(plain(text)) {
			if s := plain(text)[sp.Start:sp.End]; !c.Check(s, []Source{{Text: text}}, nil).Supported {
				t.Errorf("Check(%q) by the text that it stands in: want it supported", s)
			}
		}
	})
}

// describeFigure writes a figure for a test to compare.
func describeFigure(f figure) string {
	switch f.kind {
	case dateFigure:
		return f.Date.String()
	case ordinal:
		return fmt.Sprintf("ord%g", f.Num)
	case fraction:
		return fmt.Sprintf("frac%.3g", f.Num)
	case multiple:
		return fmt.Sprintf("times%g", f.Num)
	}
	s := fmt.Sprintf("%s%g", f.Currency, f.Num)
	if f.Percent {
		s += "%"
	}
	return s
}
