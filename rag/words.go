package rag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag/plan"
)

// Mark is how citation n shows in plain text, with the blank before it.
func Mark(n int) string { return fmt.Sprintf(" [%d]", n) }

// phrase returns one of two wordings.
func phrase(language, en, zh string) string {
	if language == "zh" {
		return zh
	}
	return en
}

// statusAnswer is an answer that holds one sentence of ours and no claim.
func statusAnswer(s Status, text string) Answer {
	return Answer{Status: s, Mode: Extractive, Sentences: []Sentence{{Text: text}}}
}

// declined words a question that is not answered.
func declined(p *plan.Plan) Answer {
	switch p.Decline {
	case plan.Advice:
		return statusAnswer(Declined, phrase(p.Language,
			"I do not give investment advice. I can tell you what the reports say about a project.",
			"我不提供投资建议，但可以告诉你报告里关于某个项目写了什么。"))
	case plan.Live:
		return statusAnswer(Declined, phrase(p.Language,
			"I have no live prices or market data. I can tell you the figures that the reports give, with their dates.",
			"我没有实时价格或行情数据，只能提供报告中给出的数字及其日期。"))
	case plan.Injection:
		return statusAnswer(Declined, phrase(p.Language,
			"I only answer questions about the reports and do not take other instructions.",
			"我只回答与报告有关的问题，不执行其他指令。"))
	}
	return offTopic(p.Language)
}

func offTopic(language string) Answer {
	return statusAnswer(OffTopic, phrase(language,
		"I can only answer questions about the reports I hold.",
		"我只回答与所收录报告有关的问题。"))
}

// unclear asks which project is meant.
func unclear(language string) Answer {
	return statusAnswer(NotCovered, phrase(language,
		"Which project do you mean? Name it in the question and I will look it up in the reports.",
		"您问的是哪个项目？请在问题里写出名字，我再从报告中查找。"))
}

// askedFor names the attributes that the plan asks for, or "".
func askedFor(p *plan.Plan) string {
	if c := p.Counted; c != nil && c.Attribute == "" {
		what := asTyped(p.Text, c.Text)
		return phrase(p.Language, "how many "+what, what+"的数量")
	}
	var labels []string
	for _, a := range p.Attributes {
		if l := a.Label.In(p.Language); l != "" {
			labels = append(labels, lower(l, p.Language))
		}
	}
	return strings.Join(labels, phrase(p.Language, ", ", "、"))
}

// asksNothingElse reports whether a question names little beside its projects and what it asks of them.
func asksNothingElse(p *plan.Plan) bool {
	return !slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool { return c.Attribute == "" && c.Weight >= minNewConcept })
}

// notCovered says that the reports do not hold the answer, about what, and
// what is nearest.
func notCovered(p *plan.Plan, related []string) Answer {
	var text string
	switch {
	case p.Unknown != "":
		text = phrase(p.Language,
			fmt.Sprintf("The reports do not mention %s.", p.Unknown),
			fmt.Sprintf("报告没有提到 %s。", p.Unknown))
	case len(p.Projects) > 0:
		name := p.Projects[0].Name
		text = phrase(p.Language,
			fmt.Sprintf("The reports describe %s, but I found no answer to this in them.", name),
			fmt.Sprintf("报告介绍了 %s，但我没有在其中找到这个问题的答案。", name))
		what := askedFor(p)
		if strings.Contains(what, phrase(p.Language, ", ", "、")) { // which of them the sentences leave out is not known
			text = phrase(p.Language,
				fmt.Sprintf("The reports describe %s, but I found no answer to this in them (%s).", name, what),
				fmt.Sprintf("报告介绍了 %s，但我没有在其中找到这个问题的答案（%s）。", name, what))
		} else if what != "" && asksNothingElse(p) {
			text = phrase(p.Language,
				fmt.Sprintf("The reports describe %s, but I found nothing in them on this: %s.", name, what),
				fmt.Sprintf("报告介绍了 %s，但我没有在其中找到：%s。", name, what))
		}
	default:
		text = phrase(p.Language,
			"I found no answer to this in the reports.",
			"我没有在报告中找到这个问题的答案。")
	}
	a := statusAnswer(NotCovered, text)
	for _, pr := range p.Projects {
		a.Projects = append(a.Projects, pr.Name)
	}
	a.Related = related
	if len(related) > 0 {
		a.Sentences = append(a.Sentences, Sentence{
			Text: phrase(p.Language, "Nearest topics: ", "相近的主题：") + strings.Join(related, phrase(p.Language, "; ", "；")) + phrase(p.Language, ".", "。"), Break: true,
		})
	}
	return a
}
