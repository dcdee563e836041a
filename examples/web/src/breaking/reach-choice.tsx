interface ReachChoiceProps {
  readonly isForAll: boolean;
  readonly onChange: (isForAll: boolean) => void;
}

/** Whose links are broken. */
export function ReachChoice({ isForAll, onChange }: ReachChoiceProps) {
  return (
    <fieldset className="reach">
      <legend className="visually-hidden">Whose link</legend>
      <label>
        <input type="radio" name="reach" checked={!isForAll} onChange={() => onChange(false)} />
        <span>Only mine</span>
      </label>
      <label>
        <input type="radio" name="reach" checked={isForAll} onChange={() => onChange(true)} />
        <span>Everybody’s</span>
      </label>
    </fieldset>
  );
}
