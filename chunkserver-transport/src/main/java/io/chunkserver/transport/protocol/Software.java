package io.chunkserver.transport.protocol;

import org.jspecify.annotations.Nullable;

/** The name and version of this software, as both sides of a connection tell it. */
public final class Software {

    /** As a jar's manifest has it; a build without a jar has no version. */
    public static final String VERSION = version(Software.class.getPackage().getImplementationVersion());

    /** Name and version in one word. */
    public static final String NAME = "chunkserver/" + VERSION;

    private Software() {}

    private static String version(@Nullable String manifest) {
        return manifest == null ? "unreleased" : manifest;
    }
}
