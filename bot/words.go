package bot

import (
	"strings"
	"unicode"

	"github.com/waymark-bot/waymark/rag"
)

// A wording is everything the bot says of itself in one language. Fields with
// a %s or %d in them say in their comment what it stands for.
type wording struct {
	language string // "en", "zh"
	comma    string // between items of a list within a line

	sources  string // heading of the source list
	asOf     string // %s: date
	inferred string // %s: date that the report implies
	conflict string
	writing  string // below an answer that is not complete
	frugal   string
	related  string // before the list of near topics

	notCovered, offTopic, declined string

	busy, slow, stopping string
	late                 string
	tooLong              string // %d: most characters
	wrong                string // %s: reference in the log

	hello       string
	about       string // %s: what the reports are about
	reportsHead string
	tryHead     string
	howHead     string
	how         []string
	askUsage    string
	projUsage   string
	projSome    string // before a list of project names
	reset       string
	forgotten   string
	deleted     string            // %s: what there was, with its number
	known       map[string]string // what may be known of a person, as [Forgetter] names it
	noText      string
	noReports   string
	unknown     string // %s: command

	summary string // %s: project; the question that /project asks
}

// wordingOf returns the wording for a language tag; English when there is none.
func wordingOf(lang string) wording {
	if strings.HasPrefix(strings.ToLower(lang), "zh") {
		return chinese()
	}
	return english()
}

func english() wording {
	return wording{
		language: "en",
		comma:    ", ",

		sources:  "Sources",
		asOf:     "As of %s",
		inferred: "about %s",
		conflict: "The reports disagree here; both sides are shown.",
		frugal:   "Today's budget for the language model is spent, it starts anew at 00:00 UTC; until then the reports' own sentences answer.",
		writing:  "Still writing…",
		related:  "Nearest topics: ",

		notCovered: "The reports do not answer that.",
		offTopic:   "That is outside what the reports are about.",
		declined:   "I only repeat what the reports say: no advice, no predictions, no live data.",

		busy:     "Busy right now. Please try again in a moment.",
		slow:     "That took too long. Please try again, perhaps with a shorter question.",
		stopping: "I am being restarted. Please ask again in a minute.",
		late:     "Sorry for the late answer: I was away.",
		tooLong:  "That question is too long. Please keep it under %d characters.",
		wrong:    "Something went wrong (ref %s).",

		hello:       "Hi! I answer questions out of source reports, and every sentence shows where it stands.",
		about:       "The reports: %s",
		reportsHead: "I know these reports",
		tryHead:     "Try",
		howHead:     "How to ask",
		how: []string{
			"Just write your question. In a group, mention me, reply to me or use /ask.",
			"/project NAME gives the summary of one project.",
			"Ask on: I remember the last few questions. /reset forgets them.",
			"[1] behind a sentence is its source, listed below the answer.",
		},
		askUsage:  "Write the question after the command: /ask QUESTION",
		projUsage: "Write the name after the command: /project NAME",
		projSome:  "For example: ",
		reset:     "Forgotten. Ask me something new.",
		forgotten: "I know nothing about you any more.",
		deleted:   "Deleted: %s.",
		known: map[string]string{
			"sessions": "talks", "accounts": "daily accounts", "votes": "votes", "people": "entries of the access list",
			"subscriptions": "subscriptions", "inbox": "waiting questions",
		},
		noText:    "I can only read text. Please write your question.",
		noReports: "No reports are listed.",
		unknown:   "I do not know /%s.",

		summary: "Give me a summary of %s",
	}
}

func chinese() wording {
	return wording{
		language: "zh",
		comma:    "、",

		sources:  "来源",
		asOf:     "截至 %s",
		inferred: "约 %s",
		conflict: "各报告说法不一，以上两种说法均已列出。",
		frugal:   "今日的语言模型预算已用完，UTC 时间 0 点恢复；在此之前以报告原文作答。",
		writing:  "正在撰写……",
		related:  "相近的话题：",

		notCovered: "报告中没有相关内容。",
		offTopic:   "这个问题不在报告讨论的范围内。",
		declined:   "我只转述报告的内容，不提供建议、预测或实时数据。",

		busy:     "现在有点忙，请稍后再试。",
		slow:     "处理时间过长，请再试一次，或换个更短的问题。",
		stopping: "我正在重启，请一分钟后再问。",
		late:     "抱歉，回复晚了：我刚才不在线。",
		tooLong:  "问题太长了，请控制在 %d 个字以内。",
		wrong:    "出错了（编号 %s）。",

		hello:       "你好！我根据来源报告回答问题，每句话都注明出处。",
		about:       "报告内容：%s",
		reportsHead: "我读过这些报告",
		tryHead:     "试试问",
		howHead:     "怎么提问",
		how: []string{
			"直接写下问题即可。在群里请 @我、回复我，或使用 /ask。",
			"/project 名称：查看一个项目的概况。",
			"可以接着追问，我记得最近几个问题。/reset 清空记忆。",
			"句末的 [1] 是这句话的来源，列在回答下方。",
		},
		askUsage:  "请在命令后写上问题：/ask 问题",
		projUsage: "请在命令后写上项目名称：/project 名称",
		projSome:  "例如：",
		reset:     "已清空，可以问新的问题了。",
		forgotten: "关于您的信息已全部删除。",
		deleted:   "已删除：%s。",
		known: map[string]string{
			"sessions": "对话", "accounts": "每日用量", "votes": "评价", "people": "访问名单条目", "subscriptions": "订阅", "inbox": "待答问题",
		},
		noText:    "我只能阅读文字，请把问题写下来。",
		noReports: "没有可列出的报告。",
		unknown:   "我不认识 /%s 这个命令。",

		summary: "介绍一下 %s",
	}
}

// status returns the sentence for an answer that has none of its own.
func (w wording) status(s rag.Status) string {
	switch s {
	case rag.OffTopic:
		return w.offTopic
	case rag.Declined:
		return w.declined
	}
	return w.notCovered
}

// A CommandInfo is a command as a platform's menu shows it.
type CommandInfo struct {
	Name        string // lower-case letters only
	Description string // at most 100 characters (the least of the platforms' limits)
	Argument    string // what the argument is called, "" when the command takes none
	Optional    bool   // the command can stand without it
}

// Commands lists the commands for a platform's menu, in the language lang.
func Commands(lang string) []CommandInfo {
	if wordingOf(lang).language == "zh" {
		return []CommandInfo{
			{Name: CommandAsk, Description: "根据报告回答问题，附出处", Argument: "问题"},
			{Name: CommandProject, Description: "查看一个项目的概况", Argument: "名称"},
			{Name: CommandSources, Description: "列出我读过的报告"},
			{Name: CommandSubscribe, Description: "订阅报告动态", Argument: "时间", Optional: true},
			{Name: CommandUnsubscribe, Description: "取消订阅"},
			{Name: CommandReset, Description: "清空之前的问题"},
			{Name: CommandForget, Description: "删除关于我的一切信息"},
			{Name: CommandHelp, Description: "使用说明"},
		}
	}
	return []CommandInfo{
		{Name: CommandAsk, Description: "Ask the reports; every sentence is cited", Argument: "question"},
		{Name: CommandProject, Description: "Summary of one project", Argument: "name"},
		{Name: CommandSources, Description: "List the reports I know"},
		{Name: CommandSubscribe, Description: "News of the reports, at a time of yours", Argument: "when", Optional: true},
		{Name: CommandUnsubscribe, Description: "No more news here"},
		{Name: CommandReset, Description: "Forget the questions so far"},
		{Name: CommandForget, Description: "Delete everything about me"},
		{Name: CommandHelp, Description: "How to use me"},
	}
}

// SourcesHeading is the heading of the source list in the language lang.
func SourcesHeading(lang string) string { return wordingOf(lang).sources }

// LanguageOf returns the language to answer text in: "zh" when it has more
// Chinese characters than words in another script, else "en". The platform's
// locale decides only where text has neither.
func LanguageOf(text, locale string) string {
	han, words, inWord, lastHan := 0, 0, false, false
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han, inWord, lastHan = han+1, false, true
		case unicode.IsLetter(r):
			if !inWord {
				words++
			}
			inWord, lastHan = true, false
		case !unicode.IsDigit(r) && r != '\'' && r != '’':
			inWord = false
		}
	}
	switch {
	case han == 0 && words == 0:
		return wordingOf(locale).language
	case han > words, han == words && lastHan:
		return "zh"
	}
	return "en"
}
