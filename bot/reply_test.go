package bot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

func TestReplyTo(t *testing.T) {
	a := rag.Answer{
		Language: "en", Status: rag.Answered, AsOf: "2024-12", Conflict: true, Notice: "The model did not answer.",
		Sentences: []rag.Sentence{
			{Text: "The path goes north.", Cites: []int{1}},
			{Text: "It is old.", Cites: []int{2, 2, 9}},
			{Text: "Marks:", Heading: true},
			{Text: "First: red", Cites: []int{2}, Break: true},
			{Text: "- Second: blue", Cites: []int{1}, Break: true},
		},
		Citations: []rag.Citation{
			{N: 2, Report: "survey", Published: "2024", Inferred: true, Quote: "old"},
			{N: 1, Report: "guide", Title: "Guide", Section: "Paths", Published: "2023-01", URL: "https://example.org", Quote: "north"},
			{N: 3, Report: "unused", Title: "Unused"},
		},
	}
	got := replyTo(a)
	want := Reply{
		Language: "en", Answer: &a,
		Lines: []Line{
			{Spans: []Span{{Text: "The path goes north.", Cites: []int{1}}, {Text: " It is old.", Cites: []int{2}}}},
			{Heading: true, Spans: []Span{{Text: "Marks:"}}},
			{Bullet: true, Spans: []Span{{Text: "First: red", Cites: []int{2}}}},
			{Bullet: true, Spans: []Span{{Text: "Second: blue", Cites: []int{1}}}},
		},
		Sources: []Source{
			{N: 1, Title: "Guide", Section: "Paths", Published: "2023-01", URL: "https://example.org", Quote: "north"},
			{N: 2, Title: "survey", Published: "about 2024", Quote: "old"},
		},
		Notice: "As of 2024-12 · The reports disagree here; both sides are shown. · The model did not answer.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReplyWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		answer rag.Answer
		want   string
	}{
		{rag.Answer{Language: "en", Status: rag.NotCovered, Related: []string{"Paths", "Marks"}, AsOf: "2024"},
			"The reports do not answer that.\nNearest topics: Paths, Marks"},
		{rag.Answer{Language: "zh", Status: rag.NotCovered, Related: []string{"路", "标"}}, "报告中没有相关内容。\n相近的话题：路、标"},
		{rag.Answer{Language: "en", Status: rag.OffTopic}, "That is outside what the reports are about."},
		{rag.Answer{Language: "zh", Status: rag.Declined}, "我只转述报告的内容，不提供建议、预测或实时数据。"},
		{rag.Answer{Language: "en", Status: rag.Declined, Sentences: []rag.Sentence{{Text: "I give no advice."}}}, "I give no advice."},
	} {
		if got := shown(replyTo(c.answer)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.answer.Status, got, c.want)
		}
	}
}

func TestReplyInChinese(t *testing.T) {
	r := replyTo(rag.Answer{
		Language: "zh", Status: rag.Answered, AsOf: "2024-12",
		Sentences: []rag.Sentence{{Text: "路向北。", Cites: []int{1}}, {Text: "很老。", Cites: []int{1}}},
		Citations: []rag.Citation{{N: 1, Title: "指南", Published: "2024", Inferred: true}},
	})
	if got, want := shown(r), "路向北。[1] 很老。[1]\n\n来源\n[1] 指南 (约 2024)\n截至 2024-12"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// shown renders r as plain text in one message.
func shown(r Reply) string { return strings.Join(Split(r, Plain{}, 100_000), "\n---\n") }

// TestMergeSources: two sentences of one section share a source, whose number
// the marks follow.
func TestMergeSources(t *testing.T) {
	a := rag.Answer{
		Language: "en", Status: rag.Answered,
		Sentences: []rag.Sentence{
			{Text: "The path is long.", Cites: []int{1}},
			{Text: "The mark is red.", Cites: []int{2, 3}},
			{Text: "It leads north.", Cites: []int{3}},
		},
		Citations: []rag.Citation{
			{N: 1, Title: "Paths", Section: "North", Quote: "The path is long."},
			{N: 2, Title: "Paths", Section: "North", Quote: "The mark is red."},
			{N: 3, Title: "Marks", Section: "North", Quote: "It leads north."},
		},
	}
	r := ReplyTo(a)
	if len(r.Sources) != 2 || r.Sources[0].N != 1 || r.Sources[1].N != 2 {
		t.Fatalf("sources = %+v, want two, numbered 1 and 2", r.Sources)
	}
	if got, want := r.Sources[0].Quote, "The path is long. … The mark is red."; got != want {
		t.Errorf("merged quote = %q, want %q", got, want)
	}
	var cites [][]int
	for _, s := range r.Lines[0].Spans {
		cites = append(cites, s.Cites)
	}
	if got := fmt.Sprint(cites); got != "[[1] [1 2] [2]]" {
		t.Errorf("cites = %s, want [[1] [1 2] [2]]", got)
	}
}
