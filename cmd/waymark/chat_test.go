package main

import (
	"strings"
	"testing"
)

func TestChatRemembersUntilReset(t *testing.T) {
	dir := t.TempDir()
	if r := command(t, "", nil, "ingest", "--data", dir, "testdata/lights"); r.code != exitOK {
		t.Fatalf("ingest: %+v", r)
	}
	for _, tt := range []struct {
		between string
		knows   bool
	}{
		{"", true},
		{"/reset\n", false},
	} {
		r := command(t, "what is the Southern Tower?\n"+tt.between+"/help\nhow tall is it?\n/quit\n", nil, "chat", "--data", dir)
		_, last, ok := strings.Cut(r.stdout, "/project NAME")
		if r.code != exitOK || !ok {
			t.Fatalf("chat: %+v", r)
		}
		if knows := strings.Contains(last, "12 metres") && !strings.Contains(last, "42 metres"); knows != tt.knows {
			t.Errorf("after %q the chat knows what \"it\" is: %t, want %t\n%s", tt.between, knows, tt.knows, last)
		}
	}
}
