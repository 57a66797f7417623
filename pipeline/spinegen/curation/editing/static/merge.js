// Three versions of one picture's people: what both pages began with, mine, theirs.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// My changes put on theirs. `clashes` names points that both changed to different places: mine are in `people` there.
export function merged(base, mine, theirs, names) {
  const clashes = [];
  const people = theirs.map((their) => {
    const my = mine.find((one) => one.person === their.person);
    const was = base.find((one) => one.person === their.person);
    if (!my || !was) return structuredClone(their);
    const keypoints = their.keypoints.map((point, i) => {
      if (same(my.keypoints[i], was.keypoints[i]) || same(my.keypoints[i], point)) return point.slice();
      if (!same(point, was.keypoints[i])) clashes.push({ person: their.person, point: i, name: names[i] });
      return my.keypoints[i].slice();
    });
    const removed = my.removed === was.removed ? their.removed : my.removed;
    return { ...structuredClone(their), keypoints, removed };
  });
  return { people, clashes };
}

// Their places for the points that clashed.
export function withTheirs(people, theirs, clashes) {
  for (const { person, point } of clashes) {
    const their = theirs.find((one) => one.person === person);
    people.find((one) => one.person === person).keypoints[point] = their.keypoints[point].slice();
  }
  return people;
}
