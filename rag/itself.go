package rag

import "strings"

// aboutItself says what the engine answers, and out of which reports.
func (e *Engine) aboutItself(language string) Answer {
	var titles []string
	for _, r := range e.cfg.Index.Reports() {
		title := r.Title
		if r.Publisher != "" && r.Publisher != title {
			title += phrase(language, " (", "（") + r.Publisher + phrase(language, ")", "）")
		}
		titles = append(titles, title)
	}
	return statusAnswer(OffTopic, phrase(language,
		"I answer questions out of source reports, and show for every sentence where it stands. Ask me what a project is, who is behind it, what it raised, which projects fit a condition, how two of them differ, or what a report says. The reports: ",
		"我根据收录的报告回答问题，每句话都注明出处。你可以问某个项目是什么、谁在做、融了多少、哪些项目符合某个条件、两个项目有什么不同，或者某份报告讲了什么。收录的报告：")+
		strings.Join(titles, phrase(language, "; ", "；"))+phrase(language, ".", "。"))
}
