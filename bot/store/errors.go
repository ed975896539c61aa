package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Why the state cannot be used. The error around it says what was being done.
var (
	// ErrFull says that the disk of the state has no room left. What was kept is
	// not lost, and writing goes on when there is room again.
	ErrFull = errors.New("no room left on the disk of the state")
	// ErrReadOnly says that the state, or its directory, cannot be written.
	ErrReadOnly = errors.New("the state cannot be written")
	// ErrUnreachable says that the database server does not answer. Calls go well
	// again as soon as it does.
	ErrUnreachable = errors.New("the database of the state does not answer")
	// ErrCorrupt says that the file is damaged. The next start moves it aside.
	ErrCorrupt = errors.New("the file of the state is damaged")
	// ErrInUse says that the file is damaged, and cannot be moved aside because
	// another program has it open.
	ErrInUse = errors.New("another program has the damaged file of the state open")
)

// explain wraps err into what was being done and, where the engine knows it, why
// that could not be.
func explain(e engine, doing string, err error) error {
	if sentinel, _ := e.known(err); sentinel != nil && !errors.Is(err, sentinel) {
		return fmt.Errorf("%s: %w: %w", doing, sentinel, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// knownOfFiles is what an error of the operating system says about the state.
func knownOfFiles(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return nil
}
