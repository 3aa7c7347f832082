package io.chunkserver.runner;

/** Entry point of the runner jar. */
public final class Main {

    private Main() {}

    /** Prints the version; the verbs follow. */
    public static void main(String[] arguments) {
        String version = Main.class.getPackage().getImplementationVersion();
        System.out.println("chunkserver " + (version == null ? "(unpackaged)" : version));
    }
}
