package io.chunkserver.runner.cli;

/**
 * What a verb answers.
 *
 * @param text for people, without a line end
 * @param json the same for programs
 */
record Answer(String text, JsonLine json) {}
