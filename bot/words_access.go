package bot

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// An accessWording is what the bot says in one language about limits, about who
// may ask, and to those who look after it.
type accessWording struct {
	language string

	denied     string // to somebody in private who may not ask
	deniedVote string // to somebody who may not ask, and votes
	ownersOnly string // %s: command

	reached map[scope]string // %s: the rate or the number of questions, %s: when it is over
	daily   string           // %d: questions
	perUnit map[string]string
	per     string // %d: how many, %s: in how long

	inSeconds, inMinutes, inHours string // %d
	atMidnight                    string // %s: how long that is

	here, entryUsage         string
	allowed, deny            string // %s: whom
	allowedAgain             string // %s
	openAlready              string // %s: whom
	onlyNow, onlyUsage       string // %s: whom
	listEnded, listStays     string
	configDenies, ownerStays string // %s: whom
	ownGroupOnly             string
	private                  string // there is no "this chat" worth a list

	reloaded, unchanged string // %s: generation, %d: reports, passages
	builtin             string // in place of a generation
	noReload            string

	budgetHead, today, everybody, thisChat      string
	spent                                       string // %d: answers, tokens
	asked, askedOf                              string // %d: questions; of %d
	limitsHead, noLimits, spendersHead, nothing string
	modelLimit, questionLimit, rateLimit        string // %s: of whom, %s: how much
	each                                        map[scope]string
	tokens                                      string // %d

	statsHead, week  string
	questions        string // %d, %d: share answered
	statuses         map[string]string
	byModel, byHand  string // %d
	votes            string // %d, %d
	times            string // %d: answers, %s, %s
	gapsHead, noGaps string
	gap              string // %d: how often, %s: about, %s: parts
	against          string // %d
	notKept          string
}

func accessWordingOf(lang string) accessWording {
	if wordingOf(lang).language == "zh" {
		return accessChinese()
	}
	return accessEnglish()
}

func accessEnglish() accessWording {
	return accessWording{
		language:   "en",
		denied:     "Sorry, I am not allowed to answer you.",
		deniedVote: "Sorry, I am not allowed to take your vote.",
		ownersOnly: "Only those who look after this bot can use /%s.",
		reached: map[scope]string{
			scopeUser:     "You have reached your limit of %s. I answer you again %s.",
			scopeChat:     "This chat has reached its limit of %s. I answer here again %s.",
			scopeAll:      "So many people are asking that my limit of %s is reached. Please ask again %s.",
			scopeCommands: "That were too many commands (limit: %s). I listen again %s.",
		},
		daily:   "%d question[s] a day",
		perUnit: map[string]string{"s": "second", "m": "minute", "h": "hour", "d": "day"},
		per:     "%d per %s",

		inSeconds: "in %d second[s]", inMinutes: "in %d minute[s]", inHours: "in %d hour[s]",
		atMidnight: "at 00:00 UTC, %s",

		here:         "this chat",
		entryUsage:   "Whom? Nothing for this chat, \"server\" for this server, or an entry like telegram:chat:-100123, discord:server:42 or telegram:user:7.",
		allowed:      "Let in: %s.",
		deny:         "Not answered any more: %s. To take it back, use /allow the same way.",
		allowedAgain: "Let in again: %s.",
		openAlready:  "Nobody is kept out of %s. To let in only those on a list, begin it with /allow only.",
		onlyNow:      "Let in: %s. From now on only those on the list are answered, and owners. /allow all ends the list.",
		onlyUsage:    "Whom? Name an entry, like /allow only telegram:chat:-100123.",
		listEnded:    "The list of those let in is empty: everybody is answered who is not denied.",
		listStays:    "What was let in from chats is removed. The list of the configuration (WAYMARK_ALLOW) stays.",
		configDenies: "The configuration denies %s (WAYMARK_DENY), and that wins.",
		ownerStays:   "%s is an owner, and owners are always let in.",
		ownGroupOnly: "Administrators of a group can only allow or deny their own group.",
		private:      "This chat is only between the two of us. Name an entry, like telegram:chat:-100123.",

		reloaded:  "New reports taken up: %s, %d report[s], %d passage[s].",
		unchanged: "Nothing new. Served: %s, %d report[s], %d passage[s].",
		builtin:   "the built-in reports",
		noReload:  "There is nothing to take up here.",

		budgetHead: "Today, by UTC", today: "Today", everybody: "Everybody", thisChat: "This chat",
		spent: "%d answer[s] by the model, %d token[s]", asked: "%d question[s]", askedOf: "%d of %d question[s]",
		limitsHead: "Limits", noLimits: "None is set.", spendersHead: "Largest spenders today", nothing: "nothing",
		modelLimit: "%s: %s a day for the model", questionLimit: "%s: %s", rateLimit: "%s: %s",
		each:   map[scope]string{scopeUser: "Each person", scopeChat: "Each chat", scopeAll: "Everybody", scopeCommands: "Each person, commands"},
		tokens: "%d token[s]",

		statsHead: "Questions", week: "7 days",
		questions: "%d question[s], %d %% answered",
		statuses:  map[string]string{"answered": "answered", "not_covered": "not covered", "declined": "declined", "off_topic": "off topic"},
		byModel:   "by the model: %d", byHand: "in the reports' own sentences: %d",
		votes:    "votes: %d for, %d against",
		times:    "The last %d answer[s] of this program took %s (median), %s (95 of 100).",
		gapsHead: "Not answered well in 30 days", noGaps: "Nothing was left unanswered in 30 days.",
		gap: "%d × %s (%s)", against: "votes against %d",
		notKept: "Nothing is kept that would tell.",
	}
}

func accessChinese() accessWording {
	return accessWording{
		language:   "zh",
		denied:     "抱歉，我不能回答您的问题。",
		deniedVote: "抱歉，我不能接受您的评价。",
		ownersOnly: "只有管理本机器人的人可以使用 /%s。",
		reached: map[scope]string{
			scopeUser:     "您已达到上限（%s），%s可以继续提问。",
			scopeChat:     "本群已达到上限（%s），%s可以继续提问。",
			scopeAll:      "提问的人太多，已达到总上限（%s），请%s再问。",
			scopeCommands: "命令太频繁了（上限：%s），%s可以继续使用。",
		},
		daily:   "每天 %d 个问题",
		perUnit: map[string]string{"s": "秒", "m": "分钟", "h": "小时", "d": "天"},
		per:     "每%[2]s %[1]d 次",

		inSeconds: "%d 秒后", inMinutes: "%d 分钟后", inHours: "%d 小时后",
		atMidnight: "UTC 时间 0 点（%s）",

		here:         "本聊天",
		entryUsage:   "对象是谁？不写表示本聊天，“server”表示本服务器，或写成 telegram:chat:-100123、discord:server:42、telegram:user:7 这样的条目。",
		allowed:      "已允许：%s。",
		deny:         "不再回答：%s。用 /allow 可以同样的方式撤销。",
		allowedAgain: "已重新允许：%s。",
		openAlready:  "%s没有受到限制。若只想允许名单上的人，请用 /allow only 开始名单。",
		onlyNow:      "已允许：%s。从现在起只回答名单上的人和所有者。/allow all 取消名单。",
		onlyUsage:    "对象是谁？请写上条目，例如 /allow only telegram:chat:-100123。",
		listEnded:    "允许名单已清空：凡未被禁止的人都可以提问。",
		listStays:    "在聊天中允许的条目已删除，配置中的名单（WAYMARK_ALLOW）仍然有效。",
		configDenies: "配置（WAYMARK_DENY）禁止了%s，以配置为准。",
		ownerStays:   "%s是所有者，所有者始终被允许。",
		ownGroupOnly: "群管理员只能允许或禁止自己的群。",
		private:      "这里只有您和我。请写上条目，例如 telegram:chat:-100123。",

		reloaded:  "已载入新报告：%s，报告 %d 份，段落 %d 个。",
		unchanged: "没有新内容。当前：%s，报告 %d 份，段落 %d 个。",
		builtin:   "内置报告",
		noReload:  "这里没有可载入的内容。",

		budgetHead: "今天（UTC）", today: "今天", everybody: "所有人", thisChat: "本聊天",
		spent: "模型回答 %d 次，%d 个 token", asked: "%d 个问题", askedOf: "%d/%d 个问题",
		limitsHead: "上限", noLimits: "未设置。", spendersHead: "今天用量最大的人", nothing: "无",
		modelLimit: "%s：模型每天 %s", questionLimit: "%s：%s", rateLimit: "%s：%s",
		each:   map[scope]string{scopeUser: "每人", scopeChat: "每个聊天", scopeAll: "所有人", scopeCommands: "每人的命令"},
		tokens: "%d 个 token",

		statsHead: "提问统计", week: "7 天",
		questions: "%d 个问题，答出 %d %%",
		statuses:  map[string]string{"answered": "已回答", "not_covered": "报告未涉及", "declined": "已谢绝", "off_topic": "离题"},
		byModel:   "模型撰写：%d", byHand: "报告原文：%d",
		votes:    "评价：赞成 %d，反对 %d",
		times:    "本程序最近 %d 次回答用时：中位数 %s，95%% 在 %s 以内。",
		gapsHead: "30 天内没有答好的问题", noGaps: "30 天内没有未答的问题。",
		gap: "%d × %s（%s）", against: "反对 %d",
		notKept: "没有保存可供统计的内容。",
	}
}

// countOf is a number and a noun that is written for one and for several.
var countOf = regexp.MustCompile(`(\d+) (\w+)\[s\]`)

// say fills in a text and writes "1 question[s]" and "2 question[s]" as they are read.
func say(format string, args ...any) string {
	return countOf.ReplaceAllStringFunc(fmt.Sprintf(format, args...), func(found string) string {
		if strings.HasPrefix(found, "1 ") {
			return strings.TrimSuffix(found, "[s]")
		}
		return strings.TrimSuffix(found, "[s]") + "s"
	})
}

// in says how long something takes from now on, rounded up.
func (w accessWording) in(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return say(w.inSeconds, max(1, roundUp(d, time.Second)))
	case d < 90*time.Minute:
		return say(w.inMinutes, roundUp(d, time.Minute))
	}
	return say(w.inHours, roundUp(d, time.Hour))
}

func roundUp(d, unit time.Duration) int { return int((d + unit - 1) / unit) }

// rate says how often: "6 per minute", "10 per 5 minutes" is "10 per 5m".
func (w accessWording) rate(r Rate) string {
	for unit, of := range map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour} {
		if r.Per == of {
			return say(w.per, r.N, w.perUnit[unit])
		}
	}
	return say(w.per, r.N, r.Per)
}

// limit says what was reached and when that is over.
func (w accessWording) limit(r *reached) string {
	what, when := w.rate(r.rate), w.in(r.until.Sub(r.now))
	if !r.rate.bounds() {
		what, when = say(w.daily, r.quota), say(w.atMidnight, when)
	}
	return say(w.reached[r.scope], what, when)
}
