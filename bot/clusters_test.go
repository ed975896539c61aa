package bot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

func topics(t testing.TB) *rag.Topics {
	t.Helper()
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	return rag.NewTopics(v, g)
}

// gap is a question that was not answered, n seconds after another time.
func gap(n int, question, language string, projects, attributes []string) bot.Gap {
	return bot.Gap{Given: bot.Given{
		ID: fmt.Sprint(n), Question: question, Language: language, Status: rag.NotCovered, Intent: "fact",
		Projects: projects, Attributes: attributes, At: time.Unix(int64(n), 0).UTC(),
	}}
}

// summary shows clusters as what they are about, how many gaps they hold and their ids.
func summary(t testing.TB, all []bot.Cluster) []string {
	t.Helper()
	var out []string
	for _, k := range all {
		text := fmt.Sprintf("%s (%d)", k.About(topics(t), "en"), len(k.Gaps))
		for _, g := range k.Gaps {
			text += " " + g.ID
		}
		out = append(out, text)
	}
	return out
}

func TestClusterGaps(t *testing.T) {
	north, founders := []string{"Northline"}, []string{"founders"}
	gaps := []bot.Gap{
		gap(1, "Who founded Northline?", "en", north, founders),
		gap(2, "谁创立了 Northline", "zh", north, founders), // the plan tells
		gap(3, "Does Northline have a podcast?", "en", north, nil),
		gap(4, "Northline 有播客吗？", "zh", north, nil), // the words tell
		gap(5, "Is there a podcast of Northline", "en", north, nil),
		gap(6, "How much is the battery of Northline?", "en", north, []string{"price"}),
		gap(7, "Northline 的电池多少钱", "zh", north, nil), // one language names the attribute
		gap(8, "Which insurance do drivers need?", "en", nil, nil),
		gap(9, "司机需要什么保险？", "zh", nil, nil),
		gap(10, "", "zh", north, founders), // not kept
		gap(11, "", "en", north, nil),
		gap(12, "", "en", nil, nil),
		gap(13, "Who founded Southline?", "en", []string{"Southline"}, founders),
		gap(14, "Does Southline have a podcast?", "en", []string{"Southline"}, nil),
		gap(15, "", "zh", nil, nil),
	}
	gaps[2].Status, gaps[2].Down = rag.Answered, 2
	got := bot.ClusterGaps(gaps, topics(t))
	want := []string{
		"Northline: Founders (3) 10 2 1",
		"Northline: podcast (3) 5 4 3",
		" (2) 15 12",
		"insurance drivers (2) 9 8",
		"Northline: Price (2) 7 6",
		"Southline: podcast (1) 14",
		"Southline: Founders (1) 13",
		"Northline (1) 11",
	}
	found := summary(t, got)
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	podcast := got[1]
	if diff := cmp.Diff([]string{"Is there a podcast of Northline", "Northline 有播客吗？", "Does Northline have a podcast?"}, podcast.Examples(9)); diff != "" {
		t.Error(diff)
	}
	if podcast.Down != 2 || podcast.Status[rag.Answered] != 1 || podcast.Status[rag.NotCovered] != 2 || !podcast.Last.Equal(gaps[4].At) {
		t.Errorf("%+v", podcast)
	}
	if n := len(podcast.Examples(1)); n != 1 {
		t.Errorf("%d examples, want 1", n)
	}
	slices.Reverse(gaps)
	if diff := cmp.Diff(found, summary(t, bot.ClusterGaps(gaps, topics(t)))); diff != "" {
		t.Errorf("the order of the gaps matters:\n%s", diff)
	}
	if all := bot.ClusterGaps(nil, nil); len(all) != 0 {
		t.Errorf("%+v of nothing", all)
	}
}

// BenchmarkClusterGaps clusters as many different questions as are ever looked at.
func BenchmarkClusterGaps(b *testing.B) {
	tp := topics(b)
	things := []string{"podcast", "insurance", "battery", "office", "licence", "partner", "audit", "reward", "penalty", "bridge"}
	var gaps []bot.Gap
	for n := range 10_000 {
		q := fmt.Sprintf("what about the %s of the %s number%d in town%d", things[n%10], things[n/10%10], n/100, n%977)
		gaps = append(gaps, gap(n, q, "en", nil, nil))
	}
	for b.Loop() {
		bot.ClusterGaps(gaps, tp)
	}
}
