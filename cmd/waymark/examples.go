package main

import "fmt"

// examples returns questions that the reports answer, by language, for a person
// who does not know what to ask.
func (k *knowledge) examples() map[string][]string {
	names := k.Names()
	out := map[string][]string{}
	if len(names) > 0 {
		out["en"] = append(out["en"], fmt.Sprintf("What is %s?", names[0]))
		out["zh"] = append(out["zh"], fmt.Sprintf("%s 是什么？", names[0]))
	}
	if len(names) > 2 {
		out["en"] = append(out["en"], fmt.Sprintf("Compare %s and %s", names[1], names[2]))
		out["zh"] = append(out["zh"], fmt.Sprintf("对比 %s 和 %s", names[1], names[2]))
	}
	if en, zh := k.largestCategory(); en != "" {
		out["en"] = append(out["en"], fmt.Sprintf("Which projects are in %s?", en))
		out["zh"] = append(out["zh"], fmt.Sprintf("%s 有哪些项目？", zh))
	}
	return out
}

// largestCategory returns the category of most projects among those that have a
// name in both languages.
func (k *knowledge) largestCategory() (en, zh string) {
	type both struct{ en, zh string }
	count := map[both]int{}
	most := 0
	for _, p := range k.catalogue.Projects() {
		for _, c := range p.Categories {
			b := both{c.En, c.Zh}
			if b.en == "" || b.zh == "" {
				continue
			}
			count[b]++
			if n := count[b]; n > most || n == most && b.en < en {
				most, en, zh = n, b.en, b.zh
			}
		}
	}
	return en, zh
}
