package io.chunkserver.core.store;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are in the natural order of their keys already, as what another sorted map is made from: that takes them one after the
 * other, in linear time and without comparing keys. It has no views of a part. A start of 100,000 chunks takes 4 % longer with a sorted map
 * of Guava's in its place.
 */
// The constructors that take such a map ask for this interface, not for its larger successor.
@SuppressWarnings("JdkObsolete")
final class SortedEntries<K extends Comparable<K>, V> extends AbstractMap<K, V> implements SortedMap<K, V> {

    private final List<Map.Entry<K, V>> entries;

    SortedEntries(List<Map.Entry<K, V>> entries) {
        this.entries = entries;
    }

    @Override
    public @Nullable Comparator<? super K> comparator() {
        return null;
    }

    @Override
    public K firstKey() {
        return entries.get(0).getKey();
    }

    @Override
    public K lastKey() {
        return entries.get(entries.size() - 1).getKey();
    }

    @Override
    public SortedMap<K, V> subMap(K from, K to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SortedMap<K, V> headMap(K to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SortedMap<K, V> tailMap(K from) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new AbstractSet<>() {

            @Override
            public Iterator<Map.Entry<K, V>> iterator() {
                return entries.iterator();
            }

            @Override
            public int size() {
                return entries.size();
            }
        };
    }
}
