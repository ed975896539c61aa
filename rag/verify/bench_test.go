package verify

import (
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// BenchmarkCheck checks each sentence of the built-in reports against the passage it
// stands in, by the rules: what a model's sentence costs.
func BenchmarkCheck(b *testing.B) {
	reports, entries, err := corpus.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	c := newChecker(b, entries)
	for _, language := range []string{"en", "zh"} {
		var l []sample
		for _, s := range samples(reports, entries) {
			if s.zh == (language == "zh") {
				l = append(l, s)
			}
		}
		b.Run(language, func(b *testing.B) {
			i := 0
			for b.Loop() {
				s := &l[i%len(l)]
				c.check(s.text, []Source{s.source}, nil, false)
				i++
			}
		})
	}
}
