import { FieldNode, GraphQLResolveInfo, Kind, SelectionSetNode } from "graphql";

/** True when the request selects the field at `path` below the field being resolved; fragments are followed. */
export function selects(info: GraphQLResolveInfo, path: readonly string[]): boolean {
  return info.fieldNodes.some((node) => selectsIn(info, node.selectionSet, path));
}

function selectsIn(info: GraphQLResolveInfo, set: SelectionSetNode | undefined, path: readonly string[]): boolean {
  if (path.length === 0) return true;
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) return matches(info, selection, path);
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : info.fragments[selection.name.value]?.selectionSet;
    return selectsIn(info, inner, path);
  });
}

function matches(info: GraphQLResolveInfo, field: FieldNode, path: readonly string[]): boolean {
  return field.name.value === path[0] && selectsIn(info, field.selectionSet, path.slice(1));
}
