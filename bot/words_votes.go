package bot

// VoteLabels is what stands on the buttons under an answer, in one language.
type VoteLabels struct {
	Up, Down string
	Reasons  []ReasonLabel // two short ones a row, where a platform has no form

	// Of a form that asks for the reason in words: at most 45 characters each, and 100 for Hint.
	Title, Field, Hint string
}

// A ReasonLabel is a reason of a vote against an answer.
type ReasonLabel struct {
	Choice Choice
	Label  string
}

// VoteLabelsOf returns the labels in the language lang.
func VoteLabelsOf(lang string) VoteLabels { return voteWordsOf(lang).labels }

// voteWords is what the bot says about votes in one language, at most 200
// characters each: https://core.telegram.org/bots/api#answercallbackquery
type voteWords struct {
	labels  VoteLabels
	thanks  string
	down    string // after a thumbs-down, where a reason can be given next
	unknown string
	off     string
}

// voteWordsOf returns the words for a language tag; English when there are none.
func voteWordsOf(lang string) voteWords {
	if wordingOf(lang).language == "zh" {
		return voteWords{
			labels: VoteLabels{
				Up: "👍 有用", Down: "👎 没用",
				Reasons: []ReasonLabel{{Wrong, "有错误"}, {Outdated, "已过时"}, {Incomplete, "不完整"}, {Unasked, "答非所问"}},
				Title:   "感谢反馈，已记录", Field: "哪里不好？（可不填）", Hint: "有错误、已过时、不完整、答非所问……",
			},
			thanks:  "感谢反馈，已记录。",
			down:    "感谢反馈，已记录。也可以告诉我哪里不好。",
			unknown: "这条回答我已不再保存，无法记录您的评价。抱歉！",
			off:     "目前不接受评价。",
		}
	}
	return voteWords{
		labels: VoteLabels{
			Up: "👍 Helpful", Down: "👎 Not helpful",
			Reasons: []ReasonLabel{{Wrong, "Wrong"}, {Outdated, "Out of date"}, {Incomplete, "Incomplete"}, {Unasked, "Not what I asked"}},
			Title:   "Thank you, noted", Field: "What was wrong? (optional)", Hint: "Wrong, out of date, incomplete, not what I asked …",
		},
		thanks:  "Thank you, noted.",
		down:    "Thank you, noted. If you like, say what was wrong.",
		unknown: "I no longer know this answer, so I cannot keep your vote. Sorry!",
		off:     "Votes are not taken at the moment.",
	}
}
