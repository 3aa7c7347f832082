package io.chunkserver.runner.cli;

/** Numbers with the thing that is counted, which is one or many. */
final class Quantity {

    private Quantity() {}

    static String bytes(long number) {
        return of(number, "byte", "bytes");
    }

    static String chunks(long number) {
        return of(number, "chunk", "chunks");
    }

    static String copies(long number) {
        return of(number, "copy", "copies");
    }

    private static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
