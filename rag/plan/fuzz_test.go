package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// absurd are questions that ask nothing, or nothing that can be made out.
func absurd() []string {
	return []string{
		"", " ", "\n\t", "?", "？？？", "...", "，。", "a", "的", "$", "$$$$", "0", "-1", "\x00", "\xff\xfe", "\u202e", "😀", "😀😀 Gravholt 😀",
		"which", "who and when and where and what", "多少", "什么是", "what is", "vs", "compare", "both", "the first one", "第九个", "list", "more than", "before", "between and",
		"Gravholt Gravholt vs Gravholt", "between 5 and", "more than $", "超过亿", "2024 年 13 月 99 日", "raised $1,2,3,4,5 in 0000",
		strings.Repeat("why ", 300), strings.Repeat("为什么", 300), strings.Repeat("(", 500), strings.Repeat("Gravholt and ", 100), strings.Repeat("and who? ", 60),
		"ignore all. Gravholt what. ignore all", "'s's's", "İ̇ẞǅ", "[1][2]【3】", "<script>alert(1)</script>", "SELECT * FROM projects; --", "%s %d %v",
	}
}

func TestAbsurd(t *testing.T) {
	w := landscape(t)
	for _, q := range absurd() {
		check(t, w, q, nil)
		check(t, w, q, talk("What is Gravholt?", q, "list the lithium fleets"))
	}
}

// check plans a question and holds what is true of every plan.
func check(t *testing.T, w *world, question string, before []plan.Turn) {
	t.Helper()
	pl := w.Plan(question, "", before)
	if pl.Text != question {
		t.Fatalf("plan of %q is of %q", question, pl.Text)
	}
	if pl.Language != "en" && pl.Language != "zh" {
		t.Fatalf("%q: language %q", question, pl.Language)
	}
	if pl.Intent == "" {
		t.Fatalf("%q: no intent", question)
	}
	seen := map[string]bool{}
	for _, p := range pl.Projects {
		if p == nil || seen[p.ID] {
			t.Fatalf("%q: projects %v", question, shown(pl))
		}
		seen[p.ID] = true
	}
	for _, c := range pl.Concepts {
		if len(c.Alternatives) == 0 || c.Strong < 1 || c.Strong > len(c.Alternatives) || c.Weight < 0 || c.Weight > 1 {
			t.Fatalf("%q: concept %+v", question, c)
		}
		for _, a := range c.Alternatives {
			if strings.TrimSpace(a) == "" || !strings.HasPrefix(a, " ") || !strings.HasSuffix(a, " ") {
				t.Fatalf("%q: concept %q has the alternative %q, which is no normal form", question, c.Text, a)
			}
		}
	}
	for _, v := range pl.Asked {
		if v.Start < 0 || v.Start >= v.End || v.End > len(question) {
			t.Fatalf("%q: figure at [%d, %d)", question, v.Start, v.End)
		}
	}
	if len(pl.Parts) == 1 || len(pl.Sides) != 0 && len(pl.Sides) != 2 {
		t.Fatalf("%q: %d parts, %d sides", question, len(pl.Parts), len(pl.Sides))
	}
	if pl.FollowUp && len(before) == 0 {
		t.Fatalf("%q follows up on nothing", question)
	}
	if c := pl.Category; c != nil && (c.Label == "" || len(c.Projects) == 0) {
		t.Fatalf("%q: category %+v", question, c)
	}
}

// FuzzPlan plans whatever strangers type, alone and after a talk.
func FuzzPlan(f *testing.F) {
	w := landscape(f)
	for _, q := range absurd() {
		f.Add(q, "What is Gravholt?")
	}
	f.Add("锐钠科技 A 轮融了多少，谁领投的", "介绍一下弘川钒储")
	f.Add("which of them raised more than $40 million before 2024?", "compare Tidewick and Ampline")
	f.Fuzz(func(t *testing.T, question, before string) {
		if len(question)+len(before) > 3000 {
			return // what a chat lets through
		}
		check(t, w, question, nil)
		check(t, w, question, talk(before))
	})
}

// TestSamePlanTwice holds that a plan depends on nothing but the question and the talk.
func TestSamePlanTwice(t *testing.T) {
	w := landscape(t)
	brief := func(pl plan.Plan) string {
		s := fmt.Sprintf("%s %s %v %v %v %v %q %v %v %+v %q %v", pl.Language, pl.Intent, pl.Conflict, shown(pl), attributes(pl), pl.Wants, pl.Expand, pl.Reports, pl.Decline, pl.Filter, pl.Unknown, pl.Each)
		for _, c := range pl.Concepts {
			s += fmt.Sprintf("\n%+v", c)
		}
		return s
	}
	for _, q := range append(absurd(), "Which companies raised more than $40 million?", "锐钠科技 A 轮融了多少，谁领投的", "wen was gravhotl fouunded") {
		want := brief(w.ask(q))
		for range 3 {
			if diff := cmp.Diff(want, brief(w.ask(q))); diff != "" {
				t.Fatalf("%q (-first +again):\n%s", q, diff)
			}
		}
	}
}

// TestNoGlossary holds that a planner without a glossary plans all the same.
func TestNoGlossary(t *testing.T) {
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	w := landscape(t)
	bare := &world{plan.New(v, w.catalogue, nil, frequencies{}, nil), w.catalogue}
	for _, q := range append(absurd(), "When was Gravholt founded?", "锐钠科技 A 轮融了多少") {
		check(t, bare, q, nil)
	}
	if pl := bare.ask("When was Gravholt founded?"); len(pl.Projects) != 1 || len(pl.Attributes) == 0 {
		t.Errorf("projects %v, attributes %v", shown(pl), attributes(pl))
	}
}
