package bot

// digestWords is what the bot says of subscriptions and digests in one language.
type digestWords struct {
	heading  string
	added    string // %s: title
	changed  string // %s: title
	removed  string // %s: title
	projects string // heading
	facts    string // heading
	fact     string // %s: project, attribute, value
	before   string // %s: value
	stated   string // %s: project, sentence
	more     string // %d: how many
	notice   string
	button   string

	daily      string // %s: time, zone
	weekly     string // %s: time, zone
	subscribed string // %s: when
	ended      string
	none       string // there was no subscription
	admins     string // not for everybody
	shut       string // the group is not let in
	off        string // no digests here
	bad        string // %s: what is not understood
	badZone    string // %s: what is no time zone
	example    string
}

// digestWordsOf returns the words for a language tag.
func digestWordsOf(lang string) digestWords {
	if wordingOf(lang).language == "zh" {
		return chineseDigest()
	}
	return englishDigest()
}

func englishDigest() digestWords {
	return digestWords{
		heading:  "News of the reports",
		added:    "New report: %s",
		changed:  "Changed report: %s",
		removed:  "No longer there: %s",
		projects: "New projects",
		facts:    "New figures",
		fact:     "%s: %s %s",
		before:   " (until now %s)",
		stated:   "%s: “%s”",
		more:     "and %d more",
		notice:   "/unsubscribe ends this.",
		button:   "Unsubscribe",

		daily:      "every day at %s (%s)",
		weekly:     "every Monday at %s (%s)",
		subscribed: "Subscribed: news of the reports, %s, when there are any. /unsubscribe ends it.",
		ended:      "Unsubscribed. You will get no more news here.",
		none:       "There is no subscription here. /subscribe begins one.",
		admins:     "In a group only its administrators can do that.",
		shut:       "I am not allowed to send anything to this group by myself.",
		off:        "There are no subscriptions with this bot.",
		bad:        "I do not understand “%s”.",
		badZone:    "I know no time zone “%s”: want a name such as Asia/Shanghai, or a difference such as UTC+8.",
		example:    "For example: /subscribe weekly 09:00 Europe/Berlin",
	}
}

func chineseDigest() digestWords {
	return digestWords{
		heading:  "报告动态",
		added:    "新增报告：%s",
		changed:  "报告有更新：%s",
		removed:  "已移除：%s",
		projects: "新出现的项目",
		facts:    "新的数据",
		fact:     "%s：%s %s",
		before:   "（此前为 %s）",
		stated:   "%s：“%s”",
		more:     "另有 %d 条",
		notice:   "发送 /unsubscribe 可取消订阅。",
		button:   "取消订阅",

		daily:      "每天 %s（%s）",
		weekly:     "每周一 %s（%s）",
		subscribed: "已订阅报告动态：%s，有更新时发送。/unsubscribe 可取消。",
		ended:      "已取消订阅，这里不会再收到动态。",
		none:       "这里没有订阅。发送 /subscribe 即可订阅。",
		admins:     "在群组中只有管理员可以这样做。",
		shut:       "我不能主动向这个群发送消息。",
		off:        "这个机器人没有订阅功能。",
		bad:        "我不明白“%s”。",
		badZone:    "没有名为“%s”的时区：请写 Asia/Shanghai 这样的名称，或 UTC+8 这样的时差。",
		example:    "例如：/subscribe weekly 09:00 Asia/Shanghai",
	}
}

// UnsubscribeLabel is what stands on the button below a digest.
func UnsubscribeLabel(lang string) string { return digestWordsOf(lang).button }

// UnsubscribeData is what the button below a digest sends back.
const UnsubscribeData = "sub:off"

// PressedCommand returns the command that a button with these data stands for:
// the bot is told it as of who pressed. "" for other buttons; see [ParseBallot].
func PressedCommand(data string) string {
	if data == UnsubscribeData {
		return CommandUnsubscribe
	}
	return ""
}
