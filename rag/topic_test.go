package rag_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

func topics(t *testing.T) *rag.Topics {
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

func words(all []rag.TopicWord) (out []string) {
	for _, w := range all {
		out = append(out, w.Text)
	}
	return out
}

// TestTopicWords holds that a name is taken out where it is a word, and that the
// names that were given stay as they are.
func TestTopicWords(t *testing.T) {
	names := []string{"ai", "Gravholt"}
	got := words(topics(t).Words("Does Gravholt AI maintain a podcast?", names...))
	if diff := cmp.Diff([]string{"maintain", "podcast"}, got); diff != "" || names[0] != "ai" {
		t.Errorf("%q: %s", names, diff)
	}
}

// TestAlikeTopics holds that questions about one thing are alike, in whatever
// language, and questions about two things are not.
func TestAlikeTopics(t *testing.T) {
	tp := topics(t)
	for _, test := range []struct {
		a, b  string
		alike bool
	}{
		{"Does Gravholt have a podcast?", "Gravholt 有播客吗？", true},
		{"What are the withdrawal fees of Gravholt?", "Gravholt 的提现手续费是多少", true},
		{"Does Gravholt have a podcast?", "Is there any podcast by Gravholt?", true},
		{"How does governance voting work?", "治理投票是怎么进行的？", true},
		{"Which insurance do drivers need?", "司机需要什么保险？", true},
		{"what is the staking reward", "质押奖励有多少", true},
		{"Who audits the smart contracts?", "谁审计了智能合约？", true},
		{"Who competes with Gravholt?", "Gravholt 的竞争对手是谁？", true},
		{"Who competes with Gravholt?", "competitors of Gravholt", true},
		{"Does Gravholt have a mobile app?", "Gravholt 有手机应用吗？", true},
		{"what is number7", "what is number71", false},
		{"Does Gravholt have a podcast?", "Gravholt 的办公室在哪里？", false},
		{"How does governance voting work?", "司机需要什么保险？", false},
		{"Which insurance do drivers need?", "How does governance voting work?", false},
		{"提现手续费是多少", "治理投票是怎么进行的", false},
	} {
		a, b := tp.Words(test.a, "Gravholt"), tp.Words(test.b, "Gravholt")
		if got := rag.AlikeTopics(a, b); (got >= 0.5) != test.alike {
			t.Errorf("%q %q and %q %q are alike by %.2f", test.a, words(a), test.b, words(b), got)
		}
	}
}
