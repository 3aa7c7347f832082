package io.chunkserver.runner.config;

/** A value as one source gives it, not yet parsed. */
record GivenValue(Setting<?> setting, String text, Origin origin) {}
