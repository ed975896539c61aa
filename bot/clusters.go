package bot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// A Cluster is gaps that ask about the same thing, in either language.
type Cluster struct {
	Projects   []string        // sorted
	Attributes []string        // ids, as [Given.Attributes]; sorted
	Words      []rag.TopicWord // of its newest question; nil where questions are not kept
	Intent     string          // of its newest question

	Gaps   []Gap // the newest first
	Status map[rag.Status]int
	Down   int // votes against the answers
	Last   time.Time
}

// alike is from which share of common words on two questions ask the same.
const alike = 0.5

// mostVariants bounds the questions that a new one of a cluster is compared with.
const mostVariants = 5

// ClusterGaps puts gaps together by what they ask about: the projects and the
// attributes that their plans name, and where those do not tell, the words of the
// questions. A gap whose question is not kept is put to those with the same plan.
// nil topics compare no words. The largest cluster comes first, of two of a size the
// one that was asked last.
func ClusterGaps(gaps []Gap, topics *rag.Topics) []Cluster {
	c := clusterer{topics: topics, byPlan: map[string]*bucket{}}
	newest := slices.SortedStableFunc(slices.Values(gaps), func(a, b Gap) int { return b.At.Compare(a.At) })
	for _, g := range newest {
		c.add(g)
	}
	out := make([]Cluster, len(c.all))
	for i, k := range c.all {
		out[i] = k.Cluster
	}
	slices.SortStableFunc(out, func(a, b Cluster) int {
		return cmp.Or(len(b.Gaps)-len(a.Gaps), b.Last.Compare(a.Last))
	})
	return out
}

// A clusterer puts gaps together one by one.
type clusterer struct {
	topics *rag.Topics
	byPlan map[string]*bucket // by their projects
	all    []*growing         // in the order of their newest gaps
}

// A bucket is the clusters about the same projects.
type bucket struct {
	looks  int
	asked  map[string]*growing   // by the question itself
	byPlan map[string]*growing   // by what the plan says, where that alone decides
	byWord map[string][]*growing // by the keys of its words
}

// A growing cluster.
type growing struct {
	Cluster
	variants [][]rag.TopicWord

	look, word, hits int // of the last look: which it was, the last word found, how many were
}

func (c *clusterer) add(g Gap) {
	projects := sorted(g.Projects)
	key := strings.Join(projects, "\n")
	b := c.byPlan[key]
	if b == nil {
		b = &bucket{asked: map[string]*growing{}, byPlan: map[string]*growing{}, byWord: map[string][]*growing{}}
		c.byPlan[key] = b
	}
	var words []rag.TopicWord
	if c.topics != nil && g.Question != "" {
		words = c.topics.Words(g.Question, projects...)
	}
	attributes := sorted(g.Attributes)
	plan := planOf(projects, attributes, g.Intent, words)
	k := b.find(g.Question, plan, attributes, words)
	if k == nil {
		k = &growing{Cluster: Cluster{
			Projects: projects, Attributes: attributes, Words: words, Intent: g.Intent, Status: map[rag.Status]int{}, Last: g.At,
		}}
		c.all = append(c.all, k)
	}
	if len(attributes) > len(k.Attributes) {
		k.Attributes = attributes // one language names what the other says in passing
	}
	if plan != "" && b.byPlan[plan] == nil {
		b.byPlan[plan] = k
	}
	k.Gaps = append(k.Gaps, g)
	k.Status[g.Status]++
	k.Down += g.Down
	b.note(k, &g, words)
}

// note makes a cluster be found by a question of it.
func (b *bucket) note(k *growing, g *Gap, words []rag.TopicWord) {
	if g.Question == "" || b.asked[g.Question] == k {
		return
	}
	b.asked[g.Question] = k
	if len(k.variants) == mostVariants || len(words) == 0 {
		return
	}
	if len(k.Words) == 0 {
		k.Words = words
	}
	k.variants = append(k.variants, words)
	for _, w := range words {
		for _, f := range w.Keys() {
			if l := b.byWord[f]; len(l) == 0 || l[len(l)-1] != k {
				b.byWord[f] = append(l, k)
			}
		}
	}
}

// planOf is what the plan says where that decides without the words: the attributes
// asked of projects; of a question without words what there is. "": the words decide.
func planOf(projects, attributes []string, intent string, words []rag.TopicWord) string {
	what := strings.Join(attributes, ",")
	switch {
	case what != "" && len(projects) > 0:
		return "of projects: " + what
	case len(words) > 0:
		return ""
	case what != "":
		return "without words: " + what
	}
	return "intent: " + intent
}

// find returns the cluster that a gap belongs to, nil for none.
func (b *bucket) find(question, plan string, attributes []string, words []rag.TopicWord) *growing {
	if k := b.asked[question]; k != nil && question != "" {
		return k
	}
	if k := b.byPlan[plan]; k != nil && plan != "" {
		return k
	}
	var best *growing
	most := 0.0
	for _, k := range b.near(words) {
		if k.hits*leastHits < len(words) || !within(attributes, k.Attributes) {
			continue
		}
		if n := k.likeness(words); n > most {
			best, most = k, n
		}
	}
	if most < alike {
		return nil
	}
	return best
}

// leastHits is the part of its words, one in so many, that a question needs to have
// in common with a cluster to be looked at.
const leastHits = 3

// near returns the clusters that have a word of words, with how many they have.
func (b *bucket) near(words []rag.TopicWord) []*growing {
	b.looks++
	var out []*growing
	for n, w := range words {
		for _, f := range w.Keys() {
			for _, k := range b.byWord[f] {
				if k.look != b.looks {
					k.look, k.word, k.hits = b.looks, -1, 0
					out = append(out, k)
				}
				if k.word != n {
					k.word = n
					k.hits++
				}
			}
		}
	}
	return out
}

// likeness is how much a question has in common with those of a cluster.
func (k *growing) likeness(words []rag.TopicWord) (most float64) {
	for _, v := range k.variants {
		most = max(most, rag.AlikeTopics(words, v))
	}
	return most
}

// within reports whether one of two sorted lists holds all of the other: one language
// has a word for an attribute where the other says it in passing.
func within(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

func sorted(s []string) []string { return slices.Compact(slices.Sorted(slices.Values(s))) }

// mostLabelWords is how many words of a question name a cluster.
const mostLabelWords = 5

// About names what a cluster asks about, in one line: "Northline: founders". Where
// nothing is known but that it was asked it is "". nil topics show ids of attributes.
func (k Cluster) About(topics *rag.Topics, language string) string {
	w := wordingOf(language)
	var what []string
	for _, a := range k.Attributes {
		if topics != nil {
			a = topics.Label(a, w.language)
		}
		what = append(what, a)
	}
	about := strings.Join(what, w.comma)
	if about == "" || len(k.Projects) == 0 {
		about = cmp.Or(k.words(topics, w.language), about)
	}
	projects := strings.Join(k.Projects, w.comma)
	if projects == "" || about == "" {
		return projects + about
	}
	return projects + ": " + about
}

// words are those of the newest question in the language, else of the newest.
func (k Cluster) words(topics *rag.Topics, language string) string {
	words := k.Words
	for _, g := range k.Gaps {
		if topics != nil && g.Question != "" && g.Language == language {
			words = topics.Words(g.Question, k.Projects...)
			break
		}
	}
	var out []string
	for _, t := range words[:min(len(words), mostLabelWords)] {
		out = append(out, t.Shown)
	}
	return strings.Join(out, " ")
}

// Examples returns at most n different questions of a cluster, the newest first, but
// one of the other language second where there is one.
func (k Cluster) Examples(n int) []string {
	var out []string
	first, other := "", false
	for _, g := range k.Gaps {
		switch {
		case g.Question == "" || slices.Contains(out, g.Question):
			continue
		case len(out) == 0:
			first = g.Language
		case g.Language != first && !other:
			other = true
			out = slices.Insert(out, 1, g.Question)
			continue
		}
		out = append(out, g.Question)
	}
	return out[:min(n, len(out))]
}
