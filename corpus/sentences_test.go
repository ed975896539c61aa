package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSentences(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"plain", "One is here. Two is there! Is three? Yes.", []string{"One is here.", "Two is there!", "Is three?", "Yes."}},
		{"none", "", nil},
		{"blank", " \n\t\n ", nil},
		{"no end mark", "a few words", []string{"a few words"}},
		{"lines", "Title\n\nOne.\nTwo", []string{"Title", "One.", "Two"}},
		{"list marks", "1) First one. More.\n- Second\n(3) Third\n4、第四\n① 第一", []string{"First one.", "More.", "Second", "Third", "第四", "第一"}},
		{"decimals", "It costs $0.1318 or 3.5 % of 1,000.50. Then more.", []string{"It costs $0.1318 or 3.5 % of 1,000.50.", "Then more."}},
		{"year before the dot", "It began in 2024. Then it grew.", []string{"It began in 2024.", "Then it grew."}},
		{"domain names", "Ask last.fm or Crane.IO now. last.fm is open. See https://a.example/b?c=d. Done.",
			[]string{"Ask last.fm or Crane.IO now.", "last.fm is open.", "See https://a.example/b?c=d.", "Done."}},
		{"abbreviations", "Ships, e.g. tugs, i.e. small ones vs. big ones, etc. are listed by Dr. Ann and J. Smith of Crane Inc. in the U.S. office.",
			[]string{"Ships, e.g. tugs, i.e. small ones vs. big ones, etc. are listed by Dr. Ann and J. Smith of Crane Inc. in the U.S. office."}},
		{"abbreviations that close", "It is in the U.S. The office is at Crane Inc. It has cranes, tugs, etc. Pilots come too.",
			[]string{"It is in the U.S.", "The office is at Crane Inc.", "It has cranes, tugs, etc.", "Pilots come too."}},
		{"number follows", "See No. 5 and Fig. 3, approx. 4 m, Sept. 2023. No. Not now.", []string{"See No. 5 and Fig. 3, approx. 4 m, Sept. 2023.", "No.", "Not now."}},
		{"glued", "They gain benefits.It's like this.Ships come to Node.Js and Vertex.IO.", []string{"They gain benefits.", "It's like this.", "Ships come to Node.Js and Vertex.IO."}},
		{"lower case goes on", "It is by approx. ten, incl. the fee. and more of it.", []string{"It is by approx. ten, incl. the fee. and more of it."}},
		{"brackets", "It rose (see below. Or above.) again. (A remark. With two parts.) End.",
			[]string{"It rose (see below. Or above.) again.", "(A remark. With two parts.)", "End."}},
		{"source at the end", `"One crane. Across 8 cities, it is 4.8X faster." (Crane Office)`, []string{`"One crane. Across 8 cities, it is 4.8X faster." (Crane Office)`}},
		{"quotes", `He said "It works." Then he left. “Why?” she asked.`, []string{`He said "It works."`, "Then he left.", "“Why?” she asked."}},
		{"quote and remark", `The line "Not known." (as printed) stands twice.`, []string{`The line "Not known." (as printed) stands twice.`}},
		{"quote not closed", `The 5" crane is old. The new one is 8".`, []string{`The 5" crane is old.`, `The new one is 8".`}},
		{"bracket not closed", "It has (three parts. The first is old.", []string{"It has (three parts.", "The first is old."}},
		{"dots", "Wait... and see. Wait... Then go.", []string{"Wait... and see.", "Wait...", "Then go."}},
		{"Chinese", "北港很大。南港很小！为什么？因为浅……所以小。", []string{"北港很大。", "南港很小！", "为什么？", "因为浅……所以小。"}},
		{"Chinese quotes", "他问「为什么？谁知道。」然后走了。“好。”他说。", []string{"他问「为什么？谁知道。」", "然后走了。", "“好。”", "他说。"}},
		{"Chinese semicolon", "一是北港；二是南港。", []string{"一是北港；二是南港。"}},
		{"long Chinese clause", strings.Repeat("北港的水很深", 12) + "；" + "南港浅。", []string{strings.Repeat("北港的水很深", 12) + "；", "南港浅。"}},
		{"mixed", "Gate.io 上线 3.5 版。NetCrane.IO 估值 1.3 亿美元。价格为 $0.2 / h。", []string{"Gate.io 上线 3.5 版。", "NetCrane.IO 估值 1.3 亿美元。", "价格为 $0.2 / h。"}},
		{"dot before Han", "由 AWS.该平台很大。", []string{"由 AWS.", "该平台很大。"}},
		{"stray marks", "One. ! Two.", []string{"One. !", "Two."}},
		{"enumeration in a line", "Two parts: 1. One part. 2. Other part.", []string{"Two parts: 1. One part.", "2. Other part."}},
		{"exclamation before lower case", "Yahoo! and others. Really?", []string{"Yahoo! and others.", "Really?"}},
		{"initials in names", "Ann B. Crane leads it. Plan B. The end.", []string{"Ann B. Crane leads it.", "Plan B.", "The end."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Sentences(tt.text) {
				got = append(got, tt.text[s.Start:s.End])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkSentences(t, tt.text)
		})
	}
}

func FuzzSentences(f *testing.F) {
	for _, s := range []string{"", "One. Two", "「一。」二", `a "b. C (d. E`, "1) x\n- y", "a.B c.D", "\xff. \xfe", "…。；!?)", "U.S. (x) [y] {z}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkSentences(t, strings.ToValidUTF8(text, ""))
		Sentences(text)
	})
}

func BenchmarkSentences(b *testing.B) {
	text := strings.Repeat("North Crane 采用了独特的机制，价格约为三分之一。The price, e.g. $0.76/h (see last.fm), is low. ", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Sentences(text)
	}
}
