package io.chunkserver.runner.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class ManifestVersion implements IVersionProvider {

    static String current() {
        String version = ManifestVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    /** What {@code -V} tells. */
    static Answer answer() {
        return new Answer(text(), JsonLine.answer("chunkserver.version/1").with("version", current()));
    }

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    private static String text() {
        return RootCommand.NAME + " " + current();
    }
}
