package io.chunkserver.core.testkit;

import java.util.List;
import java.util.function.Function;

/** A change of the names in one directory or two. */
sealed interface EntryOperation {

    /** A name in a directory. */
    record Name(MemoryDirectory directory, String name) {}

    /** The file or directory that has or had the name. */
    MemoryNode node();

    /** All names that it changes. */
    List<Name> names();

    /** When it was done, on the disk's clock. */
    long time();

    /** Changes the entries of the directories as this function gives them. */
    void applyTo(Function<MemoryDirectory, DirectoryEntries> entries);

    /** Whether it changes names in this directory. */
    default boolean isIn(MemoryDirectory directory) {
        return names().stream().anyMatch(name -> name.directory() == directory);
    }

    /** A name was given to a new file or directory. */
    record Link(Name name, MemoryNode node, long time) implements EntryOperation {

        @Override
        public List<Name> names() {
            return List.of(name);
        }

        @Override
        public void applyTo(Function<MemoryDirectory, DirectoryEntries> entries) {
            entries.apply(name.directory()).put(name.name(), node, time);
        }
    }

    /** A name was deleted. */
    record Unlink(Name name, MemoryNode node, long time) implements EntryOperation {

        @Override
        public List<Name> names() {
            return List.of(name);
        }

        @Override
        public void applyTo(Function<MemoryDirectory, DirectoryEntries> entries) {
            entries.apply(name.directory()).remove(name.name(), time);
        }
    }

    /** A name was given up for another one, in this or another directory, in one step. */
    record Move(Name from, Name to, MemoryNode node, long time) implements EntryOperation {

        @Override
        public List<Name> names() {
            return List.of(from, to);
        }

        @Override
        public void applyTo(Function<MemoryDirectory, DirectoryEntries> entries) {
            entries.apply(from.directory()).remove(from.name(), time);
            entries.apply(to.directory()).put(to.name(), node, time);
        }

        boolean crosses() {
            return from.directory() != to.directory();
        }

        /** The half of it that is in the directory of the new name. */
        Link newNameAlone() {
            return new Link(to, node, time);
        }

        /** The half that is left when the new name alone was forced. */
        Unlink oldNameGone() {
            return new Unlink(from, node, time);
        }
    }
}
